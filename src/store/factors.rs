//! Factors as they were obtained: series side by side, blocks that are only ever added, and the bytes that they were read from.

use super::engine::{self, DataRow, OptionalExtension};
use super::evidence::{pack, unpack};
use super::factor_series::{factor_grain, factor_step, merged, packed, unpacked};
use super::row::{moment, span, value, word};
use super::{
    ActionStore, By, FactorMonth, FactorSeries, FactorStore, FactorValue, HOUR, KeptSeries, KeptValue, StoreError,
};
use model::{ActionKind, BlockNumber, FactorSource, FactorStatus, SeriesNumber, ZoneId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use units::{Interval, Span, Timestamp};

/// Where factors were obtained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorEvidence {
    /// A file never gives an interval another value within its edition; a provider may.
    pub source: FactorSource,
    /// Name of the file or the provider.
    pub name: String,
    /// When they were obtained.
    pub obtained: Timestamp,
    /// The bytes as they were obtained.
    pub bytes: Vec<u8>,
}

/// The bytes that factors were read from, as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEvidence {
    /// A file or a provider.
    pub source: FactorSource,
    /// Name of the file or the provider.
    pub name: String,
    /// When they were obtained first.
    pub obtained: Timestamp,
    /// SHA-256 of the bytes, as noted when they came.
    pub sha256: Vec<u8>,
}

/// What keeping factors has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptFactors {
    /// Values of a time that the series had none for.
    pub new: usize,
    /// Values that the series had already.
    pub unchanged: usize,
    /// Values that replace an older one; that one stays readable.
    pub revised: usize,
    /// What was not taken.
    pub refused: Vec<KeepRefusal>,
    /// From the first to the last moment that has a new or revised value, by zone.
    pub changed: BTreeMap<ZoneId, Interval>,
}

/// A value that was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepRefusal {
    /// Place of its series among those given.
    pub series: usize,
    /// The time that it describes.
    pub interval: Interval,
    /// What is wrong with it, and what to do.
    pub reason: String,
}

/// The values of one series and month that come with one file or reply.
struct Arriving<'a> {
    series: SeriesNumber,
    month: Option<FactorMonth>,
    source: FactorSource,
    values: Vec<&'a FactorValue>,
}

const SERIES: &str = "series, zone, basis, gas, accounting, publisher, edition, licence, step_s, is_forecast";

impl FactorStore<'_> {
    /// Keeps what is new or revised of `series`, with the bytes that they were read from. What brings nothing is not kept.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn keep(&self, series: &[FactorSeries], evidence: &FactorEvidence, by: &By) -> Result<KeptFactors, StoreError> {
        let mut kept = KeptFactors::default();
        let mut number = None;
        for (place, given) in series.iter().enumerate() {
            for ((step, is_forecast), values) in parts(&given.values) {
                let series = self.series_number(given, step, is_forecast)?;
                for (month, values) in by_month(values) {
                    let arriving = Arriving { series, month, source: evidence.source, values };
                    let taken = self.sort_out(&arriving, place, &mut kept)?;
                    let Some(extent) = extent(&taken) else { continue };
                    let number = *number.get_or_insert(self.note_evidence(evidence)?);
                    self.add_block(series, month, number, &taken, extent)?;
                    let changed = kept.changed.entry(given.zone.clone()).or_insert(extent);
                    *changed = changed.hull(extent);
                }
            }
        }
        if let Some(number) = number {
            ActionStore(self.0).record_stated(by, ActionKind::Factors, &number.to_string())?;
        }
        Ok(kept)
    }

    /// Adds every value, without a look at what is known.
    pub(super) fn add_as_it_is(&self, given: &FactorSeries, evidence: i64) -> Result<(), StoreError> {
        for ((step, is_forecast), values) in parts(&given.values) {
            let series = self.series_number(given, step, is_forecast)?;
            for (month, values) in by_month(values) {
                let values: Vec<_> = values.into_iter().cloned().collect();
                if let Some(extent) = extent(&values) {
                    self.add_block(series, month, evidence, &values, extent)?;
                }
            }
        }
        Ok(())
    }

    /// Those of the values that are new or revised; counts all of them.
    fn sort_out(
        &self,
        arriving: &Arriving<'_>,
        place: usize,
        kept: &mut KeptFactors,
    ) -> Result<Vec<FactorValue>, StoreError> {
        let known = self.values(arriving.series, arriving.month)?;
        let mut taken: Vec<FactorValue> = Vec::new();
        for value in &arriving.values {
            match judge(&known, taken.last(), value, arriving.source) {
                Ok(Judged::Unchanged) => {
                    kept.unchanged += 1;
                    continue;
                }
                Ok(Judged::New) => kept.new += 1,
                Ok(Judged::Revised) => kept.revised += 1,
                Err(reason) => {
                    kept.refused.push(KeepRefusal { series: place, interval: value.interval, reason });
                    continue;
                }
            }
            taken.push((*value).clone());
        }
        Ok(taken)
    }

    fn add_block(
        &self,
        series: SeriesNumber,
        month: Option<FactorMonth>,
        evidence: i64,
        taken: &[FactorValue],
        extent: Interval,
    ) -> Result<(), StoreError> {
        let is_unsettled =
            |value: &&FactorValue| matches!(value.status, FactorStatus::Provisional | FactorStatus::Forecast);
        let grain = month.and_then(|_| factor_grain(taken)).unwrap_or(HOUR);
        let sql =
            "INSERT INTO factor_blocks (series, month, evidence, start_ns, end_ns, grain_ns, amount, unsettled, body)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        self.0.prepare_cached(sql)?.execute((
            series.number(),
            month.map(FactorMonth::number),
            evidence,
            extent.start().nanoseconds(),
            extent.end().nanoseconds(),
            super::row::integer(grain.nanoseconds()),
            super::row::integer(taken.len() as u64),
            super::row::integer(taken.iter().filter(is_unsettled).count() as u64),
            packed(taken)?,
        ))?;
        Ok(())
    }

    pub(super) fn note_evidence(&self, evidence: &FactorEvidence) -> Result<i64, StoreError> {
        let sha256 = Sha256::digest(&evidence.bytes).to_vec();
        let known = self.0.prepare_cached("SELECT evidence FROM factor_evidence WHERE sha256 = ?1")?;
        let known = { known }.query_row([&sha256], |row| row.get(0)).optional()?;
        if let Some(known) = known {
            return Ok(known);
        }
        let body = pack(&evidence.bytes)
            .map_err(|error| StoreError::NotStored { reason: format!("the bytes cannot be packed: {error}") })?;
        let sql = "INSERT INTO factor_evidence (source, name, obtained_ns, sha256, body) VALUES (?1, ?2, ?3, ?4, ?5)";
        let values = (evidence.source.name(), &evidence.name, evidence.obtained.nanoseconds(), sha256, body);
        Ok(self.0.prepare_cached(sql)?.insert(values)?)
    }

    fn series_number(&self, of: &FactorSeries, step: Span, is_forecast: bool) -> Result<SeriesNumber, StoreError> {
        let step = super::row::integer(step.nanoseconds() / 1_000_000_000);
        let (basis, gas, accounting) = (word_of(&of.basis), word_of(&of.gas), word_of(&of.accounting));
        let sql = "SELECT series FROM factor_series WHERE zone = ?1 AND publisher = ?2 AND edition = ?3 AND basis = ?4
            AND gas = ?5 AND accounting = ?6 AND step_s = ?7 AND is_forecast = ?8";
        let known = (&of.zone, &of.publisher, &of.edition, &basis, &gas, &accounting, step, is_forecast);
        let known = self.0.prepare_cached(sql)?.query_row(known, |row| row.get(0)).optional()?;
        if let Some(known) = known {
            return Ok(SeriesNumber::new(known));
        }
        let sql =
            "INSERT INTO factor_series (zone, publisher, edition, basis, gas, accounting, step_s, is_forecast, licence)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let values = (&of.zone, &of.publisher, &of.edition, basis, gas, accounting, step, is_forecast, &of.licence);
        Ok(SeriesNumber::new(self.0.prepare_cached(sql)?.insert(values)?))
    }

    /// Every series of a zone, in the order in which they came.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn series_of(&self, zone: &ZoneId) -> Result<Vec<KeptSeries>, StoreError> {
        let sql = format!("SELECT {SERIES} FROM factor_series WHERE zone = ?1 ORDER BY series");
        let mut statement = self.0.prepare_cached(&sql)?;
        let mut found = statement.query_map([zone], kept_series)?.collect::<Result<Vec<_>, _>>()?;
        for series in &mut found {
            self.add_extent(series)?;
        }
        Ok(found)
    }

    fn add_extent(&self, series: &mut KeptSeries) -> Result<(), StoreError> {
        let sql = "SELECT month, min(grain_ns) FROM factor_blocks WHERE series = ?1 AND month IS NOT NULL
            GROUP BY month ORDER BY month";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([series.series.number()], |row| Ok((row.get(0)?, span(row, 1)?)))?;
        for row in rows {
            let (month, grain) = row?;
            series.months.push(FactorMonth::from_number(month));
            series.grain = series.grain.min(grain);
        }
        Ok(())
    }

    /// What holds of a series in a month, in order of time; without a month its values of more than an hour.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written; a block is not as it was written.
    pub fn values(&self, series: SeriesNumber, month: Option<FactorMonth>) -> Result<Vec<KeptValue>, StoreError> {
        self.values_until(series, month, BlockNumber::new(i64::MAX))
    }

    /// The same as of a block: what came later is left out.
    ///
    /// # Errors
    ///
    /// See [`Self::values`].
    pub fn values_until(
        &self,
        series: SeriesNumber,
        month: Option<FactorMonth>,
        last: BlockNumber,
    ) -> Result<Vec<KeptValue>, StoreError> {
        let sql = "SELECT block, body FROM factor_blocks WHERE series = ?1 AND month IS NOT DISTINCT FROM ?2 AND block <= ?3 ORDER BY block";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query((series.number(), month.map(FactorMonth::number), last.number()))?;
        let mut blocks = Vec::new();
        while let Some(row) = &rows.next()? {
            let body = row.get_ref(1)?.as_blob().map_err(|_| value("block of factors", "not bytes"))?;
            blocks.push((BlockNumber::new(row.get(0)?), unpacked(body)?));
        }
        Ok(merged(blocks))
    }

    /// A block: the series that it belongs to, its values, and the bytes that they were read from; `None` if there is no such block.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written; the block is not as it was written.
    pub fn block(
        &self,
        block: BlockNumber,
    ) -> Result<Option<(KeptSeries, Vec<FactorValue>, KeptEvidence)>, StoreError> {
        let sql = format!(
            "SELECT {SERIES}, factor_blocks.body, source, name, obtained_ns, sha256 FROM factor_blocks
            JOIN factor_series USING (series) JOIN factor_evidence USING (evidence) WHERE block = ?1"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let row = statement.query_row([block.number()], |row| {
            let (source, name, obtained, sha256) = (word(row, 11)?, row.get(12)?, moment(row, 13)?, row.get(14)?);
            Ok((kept_series(row)?, row.get::<Vec<u8>>(10)?, KeptEvidence { source, name, obtained, sha256 }))
        });
        let Some((series, body, evidence)) = row.optional()? else { return Ok(None) };
        Ok(Some((series, unpacked(&body)?, evidence)))
    }

    /// The newest block of a series; 0 before the first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn newest_block(&self, series: SeriesNumber) -> Result<BlockNumber, StoreError> {
        let sql = "SELECT coalesce(max(block), 0) FROM factor_blocks WHERE series = ?1";
        Ok(BlockNumber::new(self.0.prepare_cached(sql)?.query_row([series.number()], |row| row.get(0))?))
    }

    /// The zones and times of blocks that the ledger has not followed yet, and the newest block.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn not_followed(&self) -> Result<(BTreeMap<ZoneId, Interval>, BlockNumber), StoreError> {
        let sql =
            "SELECT zone, min(start_ns), max(end_ns), max(block) FROM factor_blocks JOIN factor_series USING (series)
            WHERE block > (SELECT block FROM factor_progress) GROUP BY zone";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(())?;
        let (mut changed, mut newest) = (BTreeMap::new(), 0);
        while let Some(row) = &rows.next()? {
            newest = newest.max(row.get(3)?);
            let (zone, range) = (row.get(0)?, Interval::new(moment(row, 1)?, moment(row, 2)?));
            changed.extend(range.map(|range| (zone, range)));
        }
        Ok((changed, BlockNumber::new(newest)))
    }

    /// Notes that the ledger has followed the factors up to a block.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_followed(&self, block: BlockNumber) -> Result<(), StoreError> {
        self.0.execute("UPDATE factor_progress SET block = max(block, ?1)", [block.number()])?;
        Ok(())
    }

    /// By which multiples of 5, 15, 30 or 60 minutes the averages of a zone begin and end, and the first moment from which on there are such; forecasts are
    /// left out.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn grains(&self, zone: &ZoneId) -> Result<Vec<(Span, Timestamp)>, StoreError> {
        let sql = "SELECT grain_ns, min(start_ns) FROM factor_blocks JOIN factor_series USING (series) WHERE zone = ?1
            AND month IS NOT NULL AND is_forecast = 0 AND accounting IN ('production', 'consumption', 'unspecified') GROUP BY grain_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([zone], |row| Ok((span(row, 0)?, moment(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Where the kept factors of an hour or less of each site's zone end, for zones that have any.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn ends(&self) -> Result<Vec<(String, Timestamp)>, StoreError> {
        let sql =
            "SELECT zone, max(end_ns) FROM factor_blocks JOIN factor_series USING (series) WHERE month IS NOT NULL
            AND zone IN (SELECT zone FROM sites UNION SELECT zone FROM site_zones) GROUP BY zone ORDER BY zone";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map((), |row| Ok((row.get(0)?, moment(row, 1)?)))?.collect::<Result<_, _>>()?)
    }

    /// What is not as it was written, in words: bytes without the hash that was noted when they came, or a block that cannot be read.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn first_changed(&self) -> Result<Option<(i64, &'static str)>, StoreError> {
        let mut statement = self.0.prepare("SELECT evidence, sha256, body FROM factor_evidence ORDER BY evidence")?;
        let mut rows = statement.query(())?;
        while let Some(row) = &rows.next()? {
            let (evidence, sha256, body) = (row.get(0)?, row.get::<Vec<u8>>(1)?, row.get::<Vec<u8>>(2)?);
            match unpack(&body) {
                Ok(bytes) if Sha256::digest(&bytes).as_slice() == sha256 => (),
                Ok(_) => return Ok(Some((evidence, "its bytes do not have the hash that was noted when they came"))),
                Err(_) => return Ok(Some((evidence, "its bytes cannot be read"))),
            }
        }
        let sql = "SELECT evidence, body, amount FROM factor_blocks ORDER BY block";
        let mut statement = self.0.prepare(sql)?;
        let mut rows = statement.query(())?;
        while let Some(row) = &rows.next()? {
            let (evidence, body, amount) = (row.get(0)?, row.get::<Vec<u8>>(1)?, row.get::<i64>(2)?);
            if !unpacked(&body).is_ok_and(|values| super::row::integer(values.len() as u64) == amount) {
                return Ok(Some((evidence, "a block of its values cannot be read")));
            }
        }
        Ok(None)
    }
}

fn kept_series(row: &DataRow<'_>) -> engine::Result<KeptSeries> {
    Ok(KeptSeries {
        series: SeriesNumber::new(row.get(0)?),
        zone: row.get(1)?,
        basis: spelled(row, 2)?,
        gas: spelled(row, 3)?,
        accounting: spelled(row, 4)?,
        publisher: row.get(5)?,
        edition: row.get(6)?,
        licence: row.get(7)?,
        step: Span::from_seconds(row.get::<u32>(8)?.into()),
        is_forecast: row.get(9)?,
        months: Vec::new(),
        grain: HOUR,
    })
}

/// The word of a value that JSON has as one.
fn word_of(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A value that JSON has as one word.
fn spelled<T: DeserializeOwned>(row: &DataRow<'_>, column: usize) -> engine::Result<T> {
    serde_json::from_value(serde_json::Value::String(row.get(column)?))
        .map_err(|error| engine::unreadable(column, error))
}

/// Values by what makes a series of them: how long they are, and whether they are forecasts.
fn parts(values: &[FactorValue]) -> BTreeMap<(Span, bool), Vec<&FactorValue>> {
    let mut parts: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for value in values {
        parts.entry((factor_step(value.interval), value.status == FactorStatus::Forecast)).or_default().push(value);
    }
    parts
}

fn by_month(values: Vec<&FactorValue>) -> BTreeMap<Option<FactorMonth>, Vec<&FactorValue>> {
    let mut months: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for value in values {
        let is_short = value.interval.span() <= HOUR;
        months.entry(is_short.then(|| FactorMonth::of(value.interval.start()))).or_default().push(value);
    }
    months.values_mut().for_each(|values| values.sort_by_key(|value| value.interval.start()));
    months
}

fn extent(values: &[FactorValue]) -> Option<Interval> {
    values.iter().map(|value| value.interval).reduce(Interval::hull)
}

/// What a value is beside those that are known.
enum Judged {
    New,
    Unchanged,
    Revised,
}

/// `before` is the value that was taken last, in order of time.
fn judge(
    known: &[KeptValue],
    before: Option<&FactorValue>,
    value: &FactorValue,
    source: FactorSource,
) -> Result<Judged, String> {
    let (interval, shown) = (value.interval, |value: &FactorValue| value.intensity.to_string());
    if interval.span() <= HOUR && factor_grain([value]).is_none() {
        return Err(
            "it begins or ends at no multiple of 5 minutes: give intervals of 5, 10, 15, 20, 30 or 60".to_owned()
        );
    }
    if before.is_some_and(|before| before.interval.overlap(interval).is_some()) {
        return Err("it overlaps another value that came with it: give one value for each time".to_owned());
    }
    let first = known.partition_point(|kept| kept.value.interval.end() <= interval.start());
    let met = known.get(first).map(|kept| &kept.value).filter(|met| met.interval.overlap(interval).is_some());
    match met {
        None => Ok(Judged::New),
        Some(met) if met == value => Ok(Judged::Unchanged),
        Some(met) if met.interval != interval => {
            Err("it overlaps another interval of this edition: import it under an edition of its own".to_owned())
        }
        Some(met) if source == FactorSource::File && met.intensity != value.intensity => Err(format!(
            "this edition has {} for this interval, not {}: import it under an edition of its own",
            shown(met),
            shown(value)
        )),
        Some(_) => Ok(Judged::Revised),
    }
}
