//! Generates the parser of the text form and, from `dialects/*/dialect.toml`, the registry tables
//! and typed views of the project's own dialects.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

#[derive(Deserialize)]
struct DialectFile {
    dialect: DialectHead,
    op: Vec<OpEntry>,
}

#[derive(Deserialize)]
struct DialectHead {
    name: String,
    summary: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpEntry {
    name: String,
    summary: String,
    example: String,
    #[serde(default)]
    operands: Vec<String>,
    #[serde(default)]
    results: Vec<String>,
    #[serde(default)]
    attrs: Vec<String>,
    #[serde(default)]
    regions: Vec<String>,
    #[serde(default)]
    successors: Vec<String>,
    #[serde(default)]
    traits: Vec<String>,
    #[serde(default)]
    constraints: Vec<String>,
}

fn main() {
    lalrpop::Configuration::new()
        .use_cargo_dir_conventions()
        .emit_rerun_directives(true)
        .process()
        .unwrap_or_else(|e| fail(&e.to_string()));

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dialects");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files: Vec<PathBuf> = std::fs::read_dir(&root)
        .unwrap_or_else(|e| fail(&format!("{}: {e}", root.display())))
        .filter_map(|entry| Some(entry.ok()?.path().join("dialect.toml")))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let dialects: Vec<DialectFile> = files
        .iter()
        .map(|path| {
            println!("cargo:rerun-if-changed={}", path.display());
            let text = std::fs::read_to_string(path)
                .unwrap_or_else(|e| fail(&format!("{}: {e}", path.display())));
            toml::from_str(&text).unwrap_or_else(|e| fail(&format!("{}: {e}", path.display())))
        })
        .collect();
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join("dialects.rs");
    std::fs::write(&out, generate(&dialects)).unwrap_or_else(|e| fail(&e.to_string()));
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    std::process::exit(1)
}

fn generate(dialects: &[DialectFile]) -> String {
    let mut symbols: Vec<String> = Vec::new();
    let mut tables = String::new();
    let mut views = String::new();
    let mut index = 0;
    for file in dialects {
        let dialect = &file.dialect.name;
        let _ = writeln!(
            views,
            "/// {}\npub mod {dialect} {{\nuse super::support::*;",
            file.dialect.summary
        );
        for op in &file.op {
            table(&mut tables, dialect, op);
            view(&mut views, op, index, &mut symbols);
            index += 1;
        }
        views.push_str("}\n");
    }
    let mut out = String::from(
        "/// Names that have the same id in every context.\npub(crate) const KNOWN_SYMBOLS: &[&str] = &[",
    );
    for symbol in &symbols {
        let _ = write!(out, "{symbol:?}, ");
    }
    out.push_str(
        "];\n/// Attribute names the dialects use.\npub mod attr {\nuse crate::context::Symbol;\n",
    );
    for (i, symbol) in symbols.iter().enumerate() {
        let _ = writeln!(
            out,
            "/// `{symbol}`\npub const {}: Symbol = Symbol({i});",
            symbol.to_uppercase()
        );
    }
    out.push_str("}\n");
    let _ = writeln!(out, "pub(crate) const OPS: &[OpDef] = &[\n{tables}];\n{views}");
    out
}

struct Slot<'a> {
    name: &'a str,
    constraint: &'a str,
    arity: &'static str,
}

fn slot(text: &str) -> Slot<'_> {
    let (text, arity) = match (text.strip_suffix("..."), text.strip_suffix('?')) {
        (Some(text), _) => (text, "Variadic"),
        (_, Some(text)) => (text, "Optional"),
        _ => (text, "One"),
    };
    let (name, constraint) = text.split_once(':').unwrap_or((text, ""));
    Slot { name: name.trim(), constraint: constraint.trim(), arity }
}

fn table(out: &mut String, dialect: &str, op: &OpEntry) {
    let slots = |items: &[String], kind: &str| -> String {
        let mut text = String::from("Cow::Borrowed(&[");
        for item in items {
            let Slot { name, constraint, arity } = slot(item);
            let constraint = if kind.is_empty() {
                "()".into()
            } else {
                format!("{kind}::{}", camel(constraint))
            };
            let _ = write!(
                text,
                "Slot {{ name: Cow::Borrowed({name:?}), constraint: {constraint}, arity: Arity::{arity} }}, "
            );
        }
        text + "])"
    };
    let has = |name: &str| op.traits.iter().any(|t| t == name);
    for name in &op.traits {
        if !["terminator", "pure", "commutative", "reads"].contains(&name.as_str()) {
            fail(&format!("{dialect}.{}: unknown trait `{name}`", op.name));
        }
    }
    let relations: Vec<String> = op.constraints.iter().map(|text| relation(text)).collect();
    let _ = writeln!(
        out,
        "OpDef {{ name: Cow::Borrowed({:?}), summary: Cow::Borrowed({:?}), example: Cow::Borrowed({:?}), \
         operands: {}, results: {}, attributes: {}, regions: {}, successors: {}, \
         traits: Traits {{ terminator: {}, pure: {}, commutative: {}, reads: {} }}, \
         relations: Cow::Borrowed(&[{}]) }},",
        format!("{dialect}.{}", op.name),
        op.summary,
        op.example,
        slots(&op.operands, "TypeConstraint"),
        slots(&op.results, "TypeConstraint"),
        slots(&op.attrs, "AttributeConstraint"),
        slots(&op.regions, ""),
        slots(&op.successors, ""),
        has("terminator"),
        has("pure"),
        has("commutative"),
        has("reads"),
        relations.join(", "),
    );
}

/// `same(a, b)` and its like as Rust source.
fn relation(text: &str) -> String {
    let (head, rest) = text.split_once('(').unwrap_or((text, ""));
    let args: Vec<&str> = rest.trim_end_matches(')').split(',').map(str::trim).collect();
    let list = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|n| format!("Cow::Borrowed({n:?})")).collect();
        format!("Cow::Borrowed(&[{}])", names.join(", "))
    };
    match (head, args.as_slice()) {
        ("same", names) => format!("Relation::Same({})", list(names)),
        ("element", [a, b]) => {
            format!("Relation::Element(Cow::Borrowed({a:?}), Cow::Borrowed({b:?}))")
        }
        ("same_element", [a, b]) => {
            format!("Relation::SameElement(Cow::Borrowed({a:?}), Cow::Borrowed({b:?}))")
        }
        ("attr_type", [a, b]) => {
            format!("Relation::AttributeType(Cow::Borrowed({a:?}), Cow::Borrowed({b:?}))")
        }
        ("one_of", [a, words]) => {
            let words: Vec<&str> = words.split_whitespace().collect();
            format!("Relation::OneOf(Cow::Borrowed({a:?}), {})", list(&words))
        }
        _ => fail(&format!("unknown constraint `{text}`")),
    }
}

/// The typed view of one operation: accessors and a `build` function.
fn view(out: &mut String, op: &OpEntry, index: usize, symbols: &mut Vec<String>) {
    let ty = camel(&op.name);
    let _ = writeln!(
        out,
        "/// {}\n#[derive(Clone, Copy, PartialEq, Eq, Debug)]\npub struct {ty}(pub Op);\nimpl {ty} {{\n\
         /// Its name in every context's registry.\npub const NAME: OpName = OpName({index});\n\
         /// The view of `op` if it is one.\n#[allow(clippy::self_named_constructors)]\npub fn cast(f: &Function, op: Op) -> Option<Self> {{ \
         (f.op_name(op) == Self::NAME).then_some(Self(op)) }}",
        op.summary
    );
    let mut params = String::new();
    let mut body = String::new();
    for (i, item) in op.operands.iter().enumerate() {
        let Slot { name, arity, .. } = slot(item);
        let method = escape(name);
        match arity {
            "One" => {
                let _ = writeln!(
                    out,
                    "/// Operand `{name}`.\npub fn {method}(self, f: &Function) -> Value {{ f.operands(self.0)[{i}] }}"
                );
                let _ = write!(params, ", {method}: Value");
                let _ = writeln!(body, "parts.operands.push({method});");
            }
            _ => {
                let _ = writeln!(
                    out,
                    "/// Operands `{name}`.\npub fn {method}(self, f: &Function) -> &[Value] {{ f.operands(self.0).get({i}..).unwrap_or_default() }}"
                );
                let _ = write!(params, ", {method}: &[Value]");
                let _ = writeln!(body, "parts.operands.extend_from_slice({method});");
            }
        }
    }
    for item in &op.attrs {
        let Slot { name, arity, .. } = slot(item);
        if !symbols.iter().any(|s| s == name) {
            symbols.push(name.to_string());
        }
        let constant = format!("super::attr::{}", name.to_uppercase());
        let _ = writeln!(
            out,
            "/// Attribute `{name}`.\npub fn {name}_attr(self, f: &Function) -> Option<&Attribute> {{ f.op_attribute(self.0, {constant}) }}"
        );
        if arity == "One" {
            let _ = write!(params, ", {name}_attr: Attribute");
            let _ = writeln!(body, "parts.attributes.push(({constant}, {name}_attr));");
        } else {
            let _ = write!(params, ", {name}_attr: Option<Attribute>");
            let _ =
                writeln!(body, "parts.attributes.extend({name}_attr.map(|a| ({constant}, a)));");
        }
    }
    for (i, item) in op.results.iter().enumerate() {
        let Slot { name, arity, .. } = slot(item);
        let method = escape(name);
        if arity == "One" {
            let _ = writeln!(
                out,
                "/// Result `{name}`.\npub fn {method}(self, f: &Function) -> Value {{ f.results(self.0)[{i}] }}"
            );
            let _ = write!(params, ", {name}_type: Type");
            let _ = writeln!(body, "parts.results.push({name}_type);");
        } else {
            let _ = writeln!(
                out,
                "/// Results `{name}`.\npub fn {method}(self, f: &Function) -> &[Value] {{ f.results(self.0).get({i}..).unwrap_or_default() }}"
            );
            let _ = write!(params, ", {name}_types: &[Type]");
            let _ = writeln!(body, "parts.results.extend_from_slice({name}_types);");
        }
    }
    for (i, item) in op.regions.iter().enumerate() {
        let Slot { name, arity, .. } = slot(item);
        match arity {
            "One" => {
                let _ = writeln!(
                    out,
                    "/// Region `{name}`.\npub fn {name}_region(self, f: &Function) -> Region {{ f.op_regions(self.0)[{i}] }}"
                );
                body.push_str("parts.regions += 1;\n");
            }
            "Optional" => {
                let _ = writeln!(
                    out,
                    "/// Region `{name}`, if it has one.\npub fn {name}_region(self, f: &Function) -> Option<Region> {{ f.op_regions(self.0).get({i}).copied() }}"
                );
                let _ = write!(params, ", {name}_region: bool");
                let _ = writeln!(body, "parts.regions += usize::from({name}_region);");
            }
            _ => {
                let _ = writeln!(
                    out,
                    "/// Regions `{name}`.\npub fn {name}_regions(self, f: &Function) -> &[Region] {{ f.op_regions(self.0).get({i}..).unwrap_or_default() }}"
                );
                let _ = write!(params, ", {name}_regions: usize");
                let _ = writeln!(body, "parts.regions += {name}_regions;");
            }
        }
    }
    for item in &op.successors {
        let Slot { name, arity, .. } = slot(item);
        if arity == "One" {
            let _ = write!(params, ", {name}_successor: Successor");
            let _ = writeln!(body, "parts.successors.push({name}_successor);");
        } else {
            let _ = write!(params, ", {name}_successors: Vec<Successor>");
            let _ = writeln!(body, "parts.successors.extend({name}_successors);");
        }
    }
    let _ = writeln!(
        out,
        "/// Builds one at the builder's position.\n#[allow(unused_mut, clippy::too_many_arguments)]\n\
         pub fn build(b: &mut Builder<'_>{params}) -> Self {{\n\
         let mut parts = OpParts::new(Self::NAME, b.loc);\n{body}Self(b.insert(parts))\n}}\n}}"
    );
}

fn camel(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut chars = word.chars();
            chars
                .next()
                .map(|c| c.to_ascii_uppercase())
                .into_iter()
                .chain(chars)
                .collect::<String>()
        })
        .collect()
}

/// A method name for a slot; the ones that clash with what every view has get a suffix.
fn escape(name: &str) -> String {
    match name {
        "cast" | "build" => format!("{name}_value"),
        _ => name.to_string(),
    }
}
