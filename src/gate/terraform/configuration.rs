//! The `configuration` of a plan: what a resource's expressions refer to, and where its provider works.

use serde_json::Value;
use std::collections::HashMap;

/// What is asked of the plan beside a resource's own attributes.
pub(super) struct Configuration<'p> {
    plan: &'p Value,
    /// Every changed resource, by its type.
    changes: HashMap<&'p str, Vec<&'p Value>>,
}

/// The configuration of the provider that a resource uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PlanProvider {
    /// Its key in the plan, such as `aws` or `aws.west`; `None` where the plan does not say which it is.
    pub(super) key: Option<String>,
    /// The region that it works in, where that is constant in the plan.
    pub(super) region: Option<String>,
}

/// Most modules within modules that are looked into.
const MODULES_MAX: usize = 64;

impl<'p> Configuration<'p> {
    pub(super) fn new(plan: &'p Value) -> Self {
        let mut changes: HashMap<&str, Vec<&Value>> = HashMap::new();
        for change in plan["resource_changes"].as_array().into_iter().flatten() {
            if let Some(kind) = change["type"].as_str().filter(|_| change["mode"] != "data") {
                changes.entry(kind).or_default().push(change);
            }
        }
        Self { plan, changes }
    }

    /// The provider that the resource at `address` uses. A region is never taken from another configuration of the same provider.
    pub(super) fn provider(&self, address: &str, kind: &str) -> PlanProvider {
        let providers = &self.plan["configuration"]["provider_config"];
        let stated = self.resource(address).and_then(|resource| resource["provider_config_key"].as_str());
        if let Some(key) = stated {
            let config = &providers[key];
            if config.get("expressions").is_some() {
                return PlanProvider { key: Some(key.to_owned()), region: self.region_of(config) };
            }
            // A module that is handed a provider of another name does not say which one.
            let own = key.rsplit(':').next().unwrap_or(key);
            if !key.contains(':') || own.contains('.') {
                return PlanProvider { key: Some(key.to_owned()), region: None };
            }
        }
        let name = stated.map_or_else(|| kind.split('_').next().unwrap_or_default(), last_of_key);
        self.only_provider(name).unwrap_or_else(|| PlanProvider { key: stated.map(str::to_owned), region: None })
    }

    /// The only configuration that the whole plan has of a provider.
    fn only_provider(&self, name: &str) -> Option<PlanProvider> {
        let providers = self.plan["configuration"]["provider_config"].as_object()?;
        let mut own = providers
            .iter()
            .filter(|(key, config)| config["name"].as_str().unwrap_or_else(|| last_of_key(key)) == name)
            .filter(|(_, config)| config.get("expressions").is_some() || config.get("module_address").is_none());
        let (key, config) = own.next()?;
        own.next().is_none().then(|| PlanProvider { key: Some(key.clone()), region: self.region_of(config) })
    }

    fn region_of(&self, config: &Value) -> Option<String> {
        let module = config["module_address"].as_str().unwrap_or_default();
        let modules: Vec<&str> = plain_modules(module);
        let constant = |field: &str| self.constant(&config["expressions"][field], &modules);
        let text = constant("region").or_else(|| constant("zone"))?;
        text.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The value of an expression that is a constant or one variable, in the module that these names lead to. A function of a variable
    /// cannot be told from the variable: who asks checks the form of what it gets.
    fn constant(&self, expression: &'p Value, modules: &[&str]) -> Option<&'p Value> {
        if let Some(constant) = expression.get("constant_value") {
            return Some(constant);
        }
        let mut references: Vec<&str> = expression["references"].as_array()?.iter().filter_map(Value::as_str).collect();
        references.sort_by_key(|reference| std::cmp::Reverse(reference.len()));
        let whole = *references.first()?;
        if !references.iter().all(|reference| whole.starts_with(reference)) {
            return None;
        }
        let path = whole.strip_prefix("var.")?;
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (name, path) = path.split_at(end);
        member(self.variable(name, modules)?, path)
    }

    fn variable(&self, name: &str, modules: &[&str]) -> Option<&'p Value> {
        let root = &self.plan["configuration"]["root_module"];
        let Some((last, outer)) = modules.split_last() else {
            let given = self.plan["variables"][name].get("value");
            return given.or_else(|| root["variables"][name].get("default"));
        };
        let outer_module = outer.iter().fold(root, |module, name| &module["module_calls"][*name]["module"]);
        let call = &outer_module["module_calls"][*last];
        match call["expressions"].get(name) {
            Some(expression) => self.constant(expression, outer),
            None => call["module"]["variables"][name].get("default"),
        }
    }

    /// Attributes at `time` (`before` or `after`) of all resources of `kind` that have one of the `names` or, where none has, that an
    /// expression of the resource at `address` refers to. Those of a resource that does not exist then are of the other time.
    pub(super) fn all_referred(&self, time: &str, address: &str, kind: &str, names: &[&str]) -> Vec<&'p Value> {
        let is_named = |attributes: &Value| {
            let own = ["id", "name", "arn", "self_link"].iter().filter_map(|field| attributes[*field].as_str());
            own.filter(|own| !own.is_empty())
                .any(|own| names.iter().any(|name| *name == own || name.ends_with(&format!("/{own}"))))
        };
        let named: Vec<&Value> = self
            .changes_of(kind)
            .filter(|change| is_named(&change["change"]["before"]) || is_named(&change["change"]["after"]))
            .collect();
        let found = if named.is_empty() { self.by_references(address, kind) } else { named };
        found.into_iter().map(|change| attributes(change, time)).collect()
    }

    /// Every changed resource of `kind`.
    pub(super) fn changes_of(&self, kind: &str) -> impl Iterator<Item = &'p Value> {
        self.changes.get(kind).into_iter().flatten().copied()
    }

    fn by_references(&self, address: &str, kind: &str) -> Vec<&'p Value> {
        let Some(resource) = self.resource(address) else { return Vec::new() };
        let mut references = Vec::new();
        collect_references(&resource["expressions"], &mut references);
        let asked = references.into_iter().map(resource_part).filter(|part| part.starts_with(&format!("{kind}.")));
        let mut found: Vec<&Value> = Vec::new();
        for part in asked {
            for one in self.meant_by(address, kind, &part) {
                if !found.iter().any(|known| std::ptr::eq(*known, one)) {
                    found.push(one);
                }
            }
        }
        found
    }

    /// The resources that `part`, in an expression of the resource at `address`, may mean: itself, else the one with the same index as the
    /// resource, else all of them.
    fn meant_by(&self, address: &str, kind: &str, part: &str) -> Vec<&'p Value> {
        let (module, index) = (exact_module_of(address), index_of(address));
        let at = |wanted: &dyn Fn(&str) -> bool| -> Vec<&'p Value> {
            self.changes_of(kind).filter(|change| change["address"].as_str().is_some_and(wanted)).collect()
        };
        let whole = format!("{module}{part}");
        let exact = at(&|address| address == whole);
        if !exact.is_empty() {
            return exact;
        }
        let alike = at(&|address| !index.is_empty() && address.strip_suffix(index) == Some(&whole));
        if !alike.is_empty() {
            return alike;
        }
        at(&|address| exact_module_of(address) == module && plain(address) == plain(&whole))
    }

    /// Whether the configuration states `field` of the resource at `address`; `None` where the plan has no configuration of it.
    pub(super) fn states(&self, address: &str, field: &str) -> Option<bool> {
        let resource = self.resource(address)?;
        Some(
            resource["expressions"]
                .get(field)
                .is_some_and(|expression| expression.as_object().is_none_or(|map| !map.is_empty())),
        )
    }

    /// The expression of `field` of the resource at `address`.
    pub(super) fn expression(&self, address: &str, field: &str) -> Option<&'p Value> {
        self.resource(address)?["expressions"].get(field)
    }

    /// Addresses that the expression of `field` of the resource at `address` refers to, whole.
    pub(super) fn referred_addresses(&self, address: &str, field: &str) -> Vec<String> {
        let Some(resource) = self.resource(address) else { return Vec::new() };
        let mut references = Vec::new();
        collect_references(&resource["expressions"][field], &mut references);
        let module = exact_module_of(address);
        references.iter().map(|reference| format!("{module}{}", resource_part(reference))).collect()
    }

    /// The resource at `address` as it is configured, without its index.
    fn resource(&self, address: &str) -> Option<&'p Value> {
        let mut module = &self.plan["configuration"]["root_module"];
        let whole = plain(address);
        let mut rest = whole.as_str();
        for _ in 0..MODULES_MAX {
            let Some(inner) = rest.strip_prefix("module.") else { break };
            let (name, further) = inner.split_once('.')?;
            module = &module["module_calls"][name]["module"];
            rest = further;
        }
        module["resources"].as_array()?.iter().find(|resource| resource["address"] == rest)
    }
}

/// The attributes of a changed resource at `time` or, where it does not exist then, at the other.
fn attributes<'p>(change: &'p Value, time: &str) -> &'p Value {
    let change = &change["change"];
    let other = if time == "before" { "after" } else { "before" };
    if change[time].is_null() { &change[other] } else { &change[time] }
}

/// `aws.west` of `module.pool:aws.west`, without the alias: `aws`.
fn last_of_key(key: &str) -> &str {
    let own = key.rsplit(':').next().unwrap_or(key);
    own.split('.').next().unwrap_or(own)
}

/// The member of a value that `.name`, `["name"]` and `[0]`, one after another, lead to.
fn member<'v>(mut value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut rest = path;
    while !rest.is_empty() {
        let (step, further) = if let Some(inner) = rest.strip_prefix('[') {
            inner.split_once(']')?
        } else {
            let inner = rest.strip_prefix('.')?;
            inner.split_at(inner.find(['.', '[']).unwrap_or(inner.len()))
        };
        let step = step.trim_matches('"');
        value = match value {
            Value::Array(values) => values.get(step.parse::<usize>().ok()?)?,
            other => other.get(step)?,
        };
        rest = further;
    }
    Some(value)
}

/// `address` without indexes: `module.pool[0].aws_instance.w["a"]` is `module.pool.aws_instance.w`.
fn plain(address: &str) -> String {
    parts(address).iter().map(|part| part.split('[').next().unwrap_or_default()).collect::<Vec<_>>().join(".")
}

/// The parts of an address, each with its index: points within an index divide nothing.
fn parts(address: &str) -> Vec<&str> {
    let (mut found, mut start, mut depth, mut is_quoted) = (Vec::new(), 0, 0_u32, false);
    for (at, letter) in address.char_indices() {
        match letter {
            '"' if depth > 0 => is_quoted = !is_quoted,
            '[' if !is_quoted => depth += 1,
            ']' if !is_quoted => depth = depth.saturating_sub(1),
            '.' if depth == 0 => {
                found.push(&address[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&address[start..]);
    found
}

/// The modules before a resource with their indexes and the last dot: `module.pool[0].` of `module.pool[0].aws_instance.w`.
fn exact_module_of(address: &str) -> String {
    let parts = parts(address);
    parts[..parts.len().saturating_sub(2)].iter().map(|part| format!("{part}.")).collect()
}

/// The index of a resource: `["a"]` of `aws_instance.w["a"]`.
fn index_of(address: &str) -> &str {
    let last = parts(address).pop().unwrap_or_default();
    last.find('[').map_or("", |at| &last[at..])
}

/// Type and name of what a reference is to, with its index: `aws_instance.w["a"]` of `aws_instance.w["a"].id`.
fn resource_part(reference: &str) -> String {
    parts(reference).into_iter().take(2).collect::<Vec<_>>().join(".")
}

/// The names of the modules that an address of a module leads through.
fn plain_modules(module: &str) -> Vec<&str> {
    let named = parts(module).into_iter().filter(|part| !part.is_empty() && *part != "module");
    named.map(|part| part.split('[').next().unwrap_or_default()).take(MODULES_MAX).collect()
}

fn collect_references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(fields) => {
            if let Some(references) = fields.get("references").and_then(Value::as_array) {
                found.extend(references.iter().filter_map(Value::as_str));
            }
            fields.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_references(value, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn addresses_lose_their_indexes_and_keep_their_modules() {
        for (address, expected, module, index) in [
            ("aws_instance.train[0]", "aws_instance.train", "", "[0]"),
            ("module.pool[0].aws_instance.w[\"a.b]\"]", "module.pool.aws_instance.w", "module.pool[0].", "[\"a.b]\"]"),
            (
                "module.a.module.b[\"x\"].aws_instance.w",
                "module.a.module.b.aws_instance.w",
                "module.a.module.b[\"x\"].",
                "",
            ),
            ("", "", "", ""),
        ] {
            let found = (plain(address), exact_module_of(address), index_of(address).to_owned());
            assert_eq!(found, (expected.to_owned(), module.to_owned(), index.to_owned()));
        }
    }

    #[test]
    fn a_variable_is_followed_through_modules_and_members_and_nothing_else_is() {
        let plan = json!({
            "variables": { "sites": { "value": { "eu": { "region": "eu-north-1" } } } },
            "configuration": { "root_module": { "module_calls": {
                "m": { "expressions": { "where": { "references": ["var.sites[\"eu\"].region", "var.sites[\"eu\"]", "var.sites"] } },
                       "module": { "variables": { "other": { "default": "us-west-2" } } } }
            } } }
        });
        let configuration = Configuration::new(&plan);
        let of = |references: &[&str], modules: &[&str]| {
            let expression: &'static Value = Box::leak(Box::new(json!({ "references": references })));
            let configuration: &Configuration<'static> =
                Box::leak(Box::new(Configuration::new(Box::leak(Box::new(plan.clone())))));
            configuration.constant(expression, modules).and_then(Value::as_str).map(str::to_owned)
        };
        assert_eq!(of(&["var.where"], &["m"]).as_deref(), Some("eu-north-1"));
        assert_eq!(of(&["var.other"], &["m"]).as_deref(), Some("us-west-2"));
        assert_eq!(of(&["var.sites.eu.region", "var.sites.eu", "var.sites"], &[]).as_deref(), Some("eu-north-1"));
        assert_eq!(of(&["var.sites", "var.other"], &[]), None);
        assert_eq!(of(&["local.region"], &[]), None);
        assert_eq!(of(&["data.aws_region.here.name", "data.aws_region.here"], &[]), None);
        assert_eq!(configuration.provider("aws_instance.a", "aws_instance"), PlanProvider::default());
    }
}
