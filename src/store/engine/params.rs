//! The values that a statement is given, in the forms in which views have them.

use super::Result;
use rusqlite::ToSql;

/// Values of a statement, in the order of their numbers.
pub(in crate::store) trait Params {
    /// Hands over one after the other.
    fn each(self, take: impl FnMut(&dyn ToSql) -> Result<()>) -> Result<()>;
}

/// No values.
impl Params for () {
    fn each(self, _take: impl FnMut(&dyn ToSql) -> Result<()>) -> Result<()> {
        Ok(())
    }
}

impl<T: ToSql, const N: usize> Params for [T; N] {
    fn each(self, mut take: impl FnMut(&dyn ToSql) -> Result<()>) -> Result<()> {
        self.iter().try_for_each(|value| take(value))
    }
}

impl Params for &[&dyn ToSql] {
    fn each(self, take: impl FnMut(&dyn ToSql) -> Result<()>) -> Result<()> {
        self.iter().copied().try_for_each(take)
    }
}

/// Values of one type.
pub(in crate::store) struct FromIter<I>(I);

/// The values that `values` yields.
pub(in crate::store) const fn params_from_iter<I: IntoIterator<Item: ToSql>>(values: I) -> FromIter<I> {
    FromIter(values)
}

impl<I: IntoIterator<Item: ToSql>> Params for FromIter<I> {
    fn each(self, mut take: impl FnMut(&dyn ToSql) -> Result<()>) -> Result<()> {
        self.0.into_iter().try_for_each(|value| take(&value))
    }
}

macro_rules! tuples {
    ([$($name:ident)+]) => {
        impl<$($name: ToSql),+> Params for ($($name,)+) {
            fn each(self, mut take: impl FnMut(&dyn ToSql) -> Result<()>) -> Result<()> {
                #[allow(non_snake_case, reason = "a value is called as its type is")]
                let ($($name,)+) = self;
                $(take(&$name)?;)+
                Ok(())
            }
        }
    };
}

tuples!([A]);
tuples!([A B]);
tuples!([A B C]);
tuples!([A B C D]);
tuples!([A B C D E]);
tuples!([A B C D E F]);
tuples!([A B C D E F G]);
tuples!([A B C D E F G H]);
tuples!([A B C D E F G H I]);
tuples!([A B C D E F G H I J]);
tuples!([A B C D E F G H I J K]);
tuples!([A B C D E F G H I J K L]);
