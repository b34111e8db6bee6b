//! The `configuration` of a plan: what a resource's expressions refer to, and where its provider works.

use serde_json::Value;

/// What is asked of the plan beside a resource's own attributes.
pub(super) struct Configuration<'p> {
    plan: &'p Value,
}

impl<'p> Configuration<'p> {
    pub(super) fn new(plan: &'p Value) -> Self {
        Self { plan }
    }

    /// The constant region of the provider that the resource at `address` uses.
    pub(super) fn provider_region(&self, address: &str, kind: &str) -> Option<String> {
        let providers = &self.plan["configuration"]["provider_config"];
        let key = self.resource(address).and_then(|resource| resource["provider_config_key"].as_str());
        let own = kind.split('_').next().unwrap_or_default();
        // A module passes its providers under its own name: `module.pool:aws`.
        let inherited = key.and_then(|key| key.rsplit(':').next());
        let found = [key, inherited, Some(own)].into_iter().flatten().find_map(|key| {
            let region = &providers[key]["expressions"]["region"];
            self.constant(region)
        });
        found.or_else(|| {
            let of_kind = providers.as_object()?.values().filter(|provider| provider["name"] == own);
            of_kind.map(|provider| &provider["expressions"]["region"]).find_map(|region| self.constant(region))
        })
    }

    /// The value of an expression that is a constant or one variable.
    fn constant(&self, expression: &Value) -> Option<String> {
        if let Some(text) = expression["constant_value"].as_str() {
            return Some(text.to_owned());
        }
        let variable = expression["references"][0].as_str()?.strip_prefix("var.")?;
        let given = self.plan["variables"][variable]["value"].as_str();
        let default = self.plan["configuration"]["root_module"]["variables"][variable]["default"].as_str();
        given.or(default).map(str::to_owned)
    }

    /// Attributes, after the plan, of the resource of `kind` that an expression of the resource at `address` refers to, or that has one of
    /// the `names` as its id or name.
    pub(super) fn referred(&self, address: &str, kind: &str, names: &[&str]) -> Option<&'p Value> {
        let changes = self.plan["resource_changes"].as_array()?;
        let of_kind = || changes.iter().filter(|change| change["type"] == kind);
        let named = of_kind().find(|change| {
            ["before", "after"].iter().any(|time| {
                let attributes = &change["change"][*time];
                names.iter().any(|name| attributes["id"] == *name || attributes["name"] == *name)
            })
        });
        let referred = || {
            let resource = self.resource(address)?;
            let mut references = Vec::new();
            collect_references(&resource["expressions"], &mut references);
            let target = references.into_iter().find(|reference| reference.starts_with(&format!("{kind}.")))?;
            let target = target.split('.').take(2).collect::<Vec<_>>().join(".");
            let whole = format!("{}{}", module_of(address), target);
            of_kind().find(|change| change["address"].as_str().is_some_and(|found| plain(found) == plain(&whole)))
        };
        let change = &named.or_else(referred)?["change"];
        Some(if change["after"].is_null() { &change["before"] } else { &change["after"] })
    }

    /// The resource at `address` as it is configured, without its index.
    fn resource(&self, address: &str) -> Option<&'p Value> {
        let mut module = &self.plan["configuration"]["root_module"];
        let whole = plain(address);
        let mut rest = whole.as_str();
        while let Some(inner) = rest.strip_prefix("module.") {
            let (name, further) = inner.split_once('.')?;
            module = &module["module_calls"][name]["module"];
            rest = further;
        }
        module["resources"].as_array()?.iter().find(|resource| resource["address"] == rest)
    }
}

/// `address` without indexes: `module.pool[0].aws_instance.w["a"]` is `module.pool.aws_instance.w`.
fn plain(address: &str) -> String {
    let (mut text, mut depth, mut is_quoted) = (String::new(), 0_u32, false);
    for letter in address.chars() {
        match letter {
            '"' if depth > 0 => is_quoted = !is_quoted,
            '[' if !is_quoted => depth += 1,
            ']' if !is_quoted => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ => text.push(letter),
        }
    }
    text
}

/// The modules before a resource, with the last dot: `module.pool.` of `module.pool[0].aws_instance.w`.
fn module_of(address: &str) -> String {
    let whole = plain(address);
    let mut parts = whole.split('.').collect::<Vec<_>>();
    parts.truncate(parts.len().saturating_sub(2));
    parts.iter().map(|part| format!("{part}.")).collect()
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

    #[test]
    fn addresses_lose_their_indexes_and_keep_their_modules() {
        for (address, expected, module) in [
            ("aws_instance.train[0]", "aws_instance.train", ""),
            ("module.pool[0].aws_instance.w[\"a.b]\"]", "module.pool.aws_instance.w", "module.pool."),
            ("module.a.module.b[\"x\"].aws_instance.w", "module.a.module.b.aws_instance.w", "module.a.module.b."),
        ] {
            assert_eq!((plain(address).as_str(), module_of(address).as_str()), (expected, module));
        }
    }
}
