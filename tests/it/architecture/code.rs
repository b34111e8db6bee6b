//! The code as its modules name each other: which file defines a name, and which file uses it.
//!
//! Every path of a file is resolved as the compiler would, as far as names go: through `use`, `super`, globs and re-exports to the file
//! that defines it. Macros are read as the paths among their tokens. Code under `#[cfg(test)]` is left out.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::Visit;
use syn::{Attribute, Item, ItemUse, UseTree};

/// A module by its crate and path: `["store", "jobs"]` is `crate::store::jobs` of the service.
type Module = (String, Vec<String>);

/// What a module says of its names.
#[derive(Default)]
struct Names {
    file: String,
    /// Defined here.
    own: BTreeSet<String>,
    children: BTreeSet<String>,
    /// Name here, and the path that it stands for.
    imports: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    /// Every path that the module uses.
    paths: Vec<Vec<String>>,
    /// Structs, enums, unions and traits.
    types: Vec<String>,
    /// How many functions deep a visit is.
    in_body: usize,
}

pub(super) struct Code {
    root: PathBuf,
    /// Name in code, and folder of its sources.
    crates: BTreeMap<String, String>,
    modules: BTreeMap<Module, Names>,
}

/// What a path leads to.
enum Found {
    Module(Module),
    /// Something that this file defines.
    Defined(String),
}

impl Code {
    /// Reads the crates `(name in code, folder of its sources)` below `root`.
    pub(super) fn read(root: &Path, crates: &[(String, String)]) -> Self {
        let mut code =
            Self { root: root.to_owned(), crates: crates.iter().cloned().collect(), modules: BTreeMap::new() };
        for (name, folder) in crates {
            code.read_file((name.clone(), Vec::new()), &format!("{folder}/lib.rs"));
        }
        code
    }

    fn read_file(&mut self, module: Module, file: &str) {
        let text = fs::read_to_string(self.root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        self.read_items(module, file, &parsed.items);
    }

    fn read_items(&mut self, module: Module, file: &str, items: &[Item]) {
        let mut names = Names { file: file.to_owned(), ..Names::default() };
        let mut inner = Vec::new();
        for item in items.iter().filter(|item| !is_test(attributes(item))) {
            if let Item::Mod(declared) = item {
                names.children.insert(declared.ident.to_string());
                inner.push(declared);
                continue;
            }
            if let Some(name) = defined(item) {
                if matches!(item, Item::Struct(_) | Item::Enum(_) | Item::Union(_) | Item::Trait(_)) {
                    names.types.push(name.clone());
                }
                names.own.insert(name);
            }
            if let Item::Macro(item) = item
                && item.ident.is_none()
            {
                let made = made_by(item.mac.tokens.clone());
                names.types.extend(made.iter().cloned());
                names.own.extend(made);
            }
            names.visit_item(item);
            if let Item::Use(item) = item {
                names.import(item, is_room(file));
            }
        }
        for declared in inner {
            let child = (module.0.clone(), [module.1.as_slice(), &[declared.ident.to_string()]].concat());
            match &declared.content {
                Some((_, items)) => self.read_items(child, file, items),
                None => {
                    let file = self.file_of(file, declared);
                    self.read_file(child, &file);
                }
            }
        }
        self.modules.insert(module, names);
    }

    /// The file of `mod name;` in `file`.
    fn file_of(&self, file: &str, declared: &syn::ItemMod) -> String {
        let (folder, stem) = file.rsplit_once('/').unwrap();
        let folder =
            if is_room(file) { folder.to_owned() } else { format!("{folder}/{}", stem.trim_end_matches(".rs")) };
        let name = &declared.ident;
        let plain = format!("{folder}/{name}.rs");
        if self.root.join(&plain).is_file() { plain } else { format!("{folder}/{name}/mod.rs") }
    }

    fn lookup(&self, module: &Module, name: &str, depth: usize) -> Option<Found> {
        let names = self.modules.get(module)?;
        if names.own.contains(name) {
            return Some(Found::Defined(names.file.clone()));
        }
        if names.children.contains(name) {
            let child = (module.0.clone(), [module.1.as_slice(), &[name.to_owned()]].concat());
            return self.modules.contains_key(&child).then_some(Found::Module(child));
        }
        if depth == 0 {
            return None;
        }
        if let Some(path) = names.imports.get(name) {
            return self.resolve(module, path, depth - 1);
        }
        names.globs.iter().find_map(|glob| match self.resolve(module, glob, depth - 1)? {
            Found::Module(target) if target != *module => self.lookup(&target, name, depth - 1),
            _ => None,
        })
    }

    fn resolve(&self, module: &Module, path: &[String], depth: usize) -> Option<Found> {
        let mut at = match path[0].as_str() {
            "crate" => Found::Module((module.0.clone(), Vec::new())),
            "self" => Found::Module(module.clone()),
            "super" => Found::Module((module.0.clone(), module.1[..module.1.len().checked_sub(1)?].to_vec())),
            first => match self.lookup(module, first, depth) {
                Some(found) => found,
                None if self.crates.contains_key(first) => Found::Module((first.to_owned(), Vec::new())),
                None => return None,
            },
        };
        for segment in &path[1..] {
            at = match at {
                Found::Module((name, parent)) if segment == "super" => {
                    Found::Module((name, parent[..parent.len().checked_sub(1)?].to_vec()))
                }
                Found::Module(inside) => self.lookup(&inside, segment, depth)?,
                defined @ Found::Defined(_) => return Some(defined),
            };
        }
        Some(at)
    }

    /// For each file the files that define a name which it uses.
    pub(super) fn uses(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (module, names) in &self.modules {
            let used = uses.entry(names.file.clone()).or_default();
            for path in &names.paths {
                if let Some(Found::Defined(file)) = self.resolve(module, path, 12)
                    && file != names.file
                {
                    used.insert(file);
                }
            }
        }
        uses
    }

    /// Types by name, with the files that define one of it.
    pub(super) fn types(&self) -> BTreeMap<String, Vec<String>> {
        let mut types: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for names in self.modules.values() {
            for name in &names.types {
                types.entry(name.clone()).or_default().push(names.file.clone());
            }
        }
        types
    }
}

impl Names {
    /// Notes what `item` brings into scope; what a room re-exports is no use of it.
    fn import(&mut self, item: &ItemUse, is_room: bool) {
        let is_export = is_room && !matches!(item.vis, syn::Visibility::Inherited);
        let mut leaves = Vec::new();
        flatten(&item.tree, &mut Vec::new(), &mut leaves);
        for (path, name) in leaves {
            match name {
                Some(name) => {
                    if !is_export {
                        self.paths.push(path.clone());
                    }
                    self.imports.insert(name, path);
                }
                None => self.globs.push(path),
            }
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        // Those of a module are read by `import`; one inside a function is like a path that is used.
        let mut leaves = Vec::new();
        flatten(&item.tree, &mut Vec::new(), &mut leaves);
        if self.in_body > 0 {
            self.paths.extend(leaves.into_iter().filter(|(_, name)| name.is_some()).map(|(path, _)| path));
        }
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.in_body += 1;
        syn::visit::visit_block(self, block);
        self.in_body -= 1;
    }

    fn visit_macro(&mut self, used: &'ast syn::Macro) {
        syn::visit::visit_macro(self, used);
        self.paths.extend(paths_among(used.tokens.clone()));
    }
}

/// `a::b::c` among tokens, in groups too.
fn paths_among(tokens: TokenStream) -> Vec<Vec<String>> {
    let (mut paths, mut current, mut colons) = (Vec::new(), Vec::<String>::new(), 0);
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                if colons != 2 {
                    paths.push(std::mem::take(&mut current));
                }
                current.push(name.to_string());
                colons = 0;
            }
            TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
            other => {
                paths.push(std::mem::take(&mut current));
                colons = 0;
                if let TokenTree::Group(group) = other {
                    paths.extend(paths_among(group.stream()));
                }
            }
        }
    }
    paths.push(current);
    paths.retain(|path| !path.is_empty());
    paths
}

/// The paths of a `use` with the names that they get; `None` for a glob.
fn flatten(tree: &UseTree, before: &mut Vec<String>, leaves: &mut Vec<(Vec<String>, Option<String>)>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, leaves);
            before.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, leaves)),
        UseTree::Glob(_) => leaves.push((before.clone(), None)),
        UseTree::Name(name) if name.ident == "self" => leaves.push((before.clone(), before.last().cloned())),
        UseTree::Name(name) => {
            leaves.push(([&before[..], &[name.ident.to_string()]].concat(), Some(name.ident.to_string())))
        }
        UseTree::Rename(renamed) => {
            let path = if renamed.ident == "self" {
                before.clone()
            } else {
                [&before[..], &[renamed.ident.to_string()]].concat()
            };
            leaves.push((path, Some(renamed.rename.to_string())));
        }
    }
}

fn is_room(file: &str) -> bool {
    file.ends_with("/mod.rs") || file.ends_with("/lib.rs")
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|word| word.is_ident("test"))
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The types that a macro makes: what is written like a type outside of every bracket, as in `number! { BudgetId, "a budget" }`.
fn made_by(tokens: TokenStream) -> Vec<String> {
    let words = tokens.into_iter().filter_map(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    });
    words.filter(|word| word.starts_with(char::is_uppercase)).collect()
}

fn defined(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

/// Files that use each other in a circle, each group sorted.
pub(super) fn circles(uses: &BTreeMap<String, BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    let reach: BTreeMap<&String, BTreeSet<&String>> = uses.keys().map(|file| (file, reached(uses, file))).collect();
    let mut groups: BTreeSet<BTreeSet<String>> = BTreeSet::new();
    for (file, files) in &reach {
        let group: BTreeSet<String> = files
            .iter()
            .filter(|other| reach.get(*other).is_some_and(|back| back.contains(*file)))
            .map(|other| (*other).clone())
            .collect();
        if group.contains(*file) {
            groups.insert(group);
        }
    }
    groups.into_iter().collect()
}

fn reached<'a>(uses: &'a BTreeMap<String, BTreeSet<String>>, from: &String) -> BTreeSet<&'a String> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&String> = uses.get(from).into_iter().flatten().collect();
    while let Some(file) = open.pop() {
        if seen.insert(file) {
            open.extend(uses.get(file).into_iter().flatten());
        }
    }
    seen
}
