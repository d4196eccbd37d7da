//! Generates the parser of the text form and, from `dialects/*/dialect.toml`, the registry tables
//! and typed views of the project's own dialects.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The part of the library that reads dialects; it needs nothing else of it.
#[path = "src/dialect"]
#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
mod dialect {
    pub(crate) mod def;
    pub(crate) mod format;
}

use dialect::def::{Arity, Dialect, Expansion, OpDef, Relation, Slot};

fn main() {
    lalrpop::Configuration::new()
        .use_cargo_dir_conventions()
        .emit_rerun_directives(true)
        .process()
        .unwrap_or_else(|e| fail(&e.to_string()));

    // A link to the top-level folder, so that a packaged crate has what it is built from.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("dialects");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files: Vec<PathBuf> = std::fs::read_dir(&root)
        .unwrap_or_else(|e| fail(&format!("{}: {e}", root.display())))
        .map(|entry| entry.unwrap_or_else(|e| fail(&format!("{}: {e}", root.display()))))
        .map(|entry| entry.path().join("dialect.toml"))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let dialects: Vec<Dialect> = files
        .iter()
        .map(|path| {
            println!("cargo:rerun-if-changed={}", path.display());
            let text = std::fs::read_to_string(path)
                .unwrap_or_else(|e| fail(&format!("{}: {e}", path.display())));
            let (dialect, errors) = dialect::format::read(&text);
            for error in &errors {
                let line = text[..error.range.start].lines().count().max(1);
                eprintln!("{}:{line}: {}", path.display(), error.message);
            }
            match errors.as_slice() {
                [] => dialect,
                _ => fail("the dialects of the project must be free of errors"),
            }
        })
        .collect();
    let out = std::env::var_os("OUT_DIR").unwrap_or_else(|| fail("OUT_DIR is not set"));
    let out = PathBuf::from(out).join("dialects.rs");
    std::fs::write(&out, generate(&dialects)).unwrap_or_else(|e| fail(&e.to_string()));
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    std::process::exit(1)
}

fn generate(dialects: &[Dialect]) -> String {
    let mut symbols: Vec<String> = Vec::new();
    let mut tables = String::new();
    let mut heads = String::new();
    let mut views = String::new();
    let mut index = 0;
    for dialect in dialects {
        let Dialect { name, summary, doc, .. } = dialect;
        let _ = writeln!(heads, "({name:?}, {summary:?}, {doc:?}),");
        let _ = writeln!(views, "/// {summary}\npub mod {name} {{\nuse super::support::*;");
        for op in &dialect.ops {
            if op.example.is_empty() {
                fail(&format!("{} needs an `example`", op.name));
            }
            table(&mut tables, op);
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
            "/// `{symbol}`\npub const {}: Symbol = Symbol::known({i});",
            symbol.to_uppercase()
        );
    }
    out.push_str("}\n");
    let _ = writeln!(
        out,
        "/// Name, summary and description of each dialect.\n\
         pub(crate) const DIALECTS: &[(&str, &str, &str)] = &[\n{heads}];\n\
         pub(crate) const OPS: &[OpDef] = &[\n{tables}];\n{views}"
    );
    out
}

/// One operation's entry of the registry, as a constant.
fn table(out: &mut String, op: &OpDef) {
    let program = op.program.as_ref().map(|program| {
        format!(
            "Program {{ text: {}, output: {} }}",
            string(&program.text),
            string(&program.output)
        )
    });
    let expansion = op.expansion.as_ref().map(|expansion| match expansion {
        Expansion::Call(name) => format!("Expansion::Call({})", string(name)),
        Expansion::Ops(text) => format!("Expansion::Ops({})", string(text)),
    });
    let traits = format!("{:?}", op.traits);
    let relations: Vec<String> = op.relations.iter().map(relation).collect();
    let _ = writeln!(
        out,
        "OpDef {{ name: {}, summary: {}, doc: {}, example: {}, program: {}, \
         operands: {}, results: {}, attributes: {}, regions: {}, successors: {}, \
         traits: {traits}, control: Control::{:?}, relations: Cow::Borrowed(&[{}]), folds: {}, expansion: {} }},",
        string(&op.name),
        string(&op.summary),
        string(&op.doc),
        string(&op.example),
        option(program),
        slots(&op.operands, |c| format!("TypeConstraint::{c:?}")),
        slots(&op.results, |c| format!("TypeConstraint::{c:?}")),
        slots(&op.attributes, |c| format!("AttributeConstraint::{c:?}")),
        slots(&op.regions, |()| "()".into()),
        slots(&op.successors, |()| "()".into()),
        op.control,
        relations.join(", "),
        strings(&op.folds),
        option(expansion),
    );
}

fn string(text: &str) -> String {
    format!("Cow::Borrowed({text:?})")
}

fn strings(texts: &[std::borrow::Cow<'static, str>]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| string(text)).collect();
    format!("Cow::Borrowed(&[{}])", texts.join(", "))
}

fn option(text: Option<String>) -> String {
    text.map_or("None".into(), |text| format!("Some({text})"))
}

fn slots<C>(slots: &[Slot<C>], constraint: impl Fn(&C) -> String) -> String {
    let mut text = String::from("Cow::Borrowed(&[");
    for slot in slots {
        let ownership = slot.ownership.map(|effect| format!("OwnershipEffect::{effect:?}"));
        let _ = write!(
            text,
            "Slot {{ name: {}, constraint: {}, arity: Arity::{:?}, ownership: {} }}, ",
            string(&slot.name),
            constraint(&slot.constraint),
            slot.arity,
            option(ownership),
        );
    }
    text + "])"
}

fn relation(relation: &Relation) -> String {
    match relation {
        Relation::Same(names) => format!("Relation::Same({})", strings(names)),
        Relation::Element(a, b) => format!("Relation::Element({}, {})", string(a), string(b)),
        Relation::SameElement(a, b) => {
            format!("Relation::SameElement({}, {})", string(a), string(b))
        }
        Relation::AttributeType(a, b) => {
            format!("Relation::AttributeType({}, {})", string(a), string(b))
        }
        Relation::OneOf(a, words) => {
            format!("Relation::OneOf({}, {})", string(a), strings(words))
        }
    }
}

/// The typed view of one operation: accessors and a `build` function.
fn view(out: &mut String, op: &OpDef, index: usize, symbols: &mut Vec<String>) {
    let ty = camel(op.name.split_once('.').map_or("", |(_, name)| name));
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
        let Slot { name, arity, .. } = item;
        let method = escape(name);
        match arity {
            Arity::One => {
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
                    "/// Operands `{name}`.\npub fn {method}(self, f: &Function) -> &[Value] {{ &f.operands(self.0)[{i}..] }}"
                );
                let _ = write!(params, ", {method}: &[Value]");
                let _ = writeln!(body, "parts.operands.extend_from_slice({method});");
            }
        }
    }
    for item in op.attributes.iter() {
        let Slot { name, arity, .. } = item;
        if !symbols.iter().any(|s| s == name) {
            symbols.push(name.to_string());
        }
        let constant = format!("super::attr::{}", name.to_uppercase());
        let _ = writeln!(
            out,
            "/// Attribute `{name}`.\npub fn {name}_attr(self, f: &Function) -> Option<&Attribute> {{ f.op_attribute(self.0, {constant}) }}"
        );
        if *arity == Arity::One {
            let _ = write!(params, ", {name}_attr: Attribute");
            let _ = writeln!(body, "parts.attributes.push(({constant}, {name}_attr));");
        } else {
            let _ = write!(params, ", {name}_attr: Option<Attribute>");
            let _ =
                writeln!(body, "parts.attributes.extend({name}_attr.map(|a| ({constant}, a)));");
        }
    }
    for (i, item) in op.results.iter().enumerate() {
        let Slot { name, arity, .. } = item;
        let method = escape(name);
        if *arity == Arity::One {
            let _ = writeln!(
                out,
                "/// Result `{name}`.\npub fn {method}(self, f: &Function) -> Value {{ f.results(self.0)[{i}] }}"
            );
            let _ = write!(params, ", {name}_type: Type");
            let _ = writeln!(body, "parts.results.push({name}_type);");
        } else {
            let _ = writeln!(
                out,
                "/// Results `{name}`.\npub fn {method}(self, f: &Function) -> &[Value] {{ &f.results(self.0)[{i}..] }}"
            );
            let _ = write!(params, ", {name}_types: &[Type]");
            let _ = writeln!(body, "parts.results.extend_from_slice({name}_types);");
        }
    }
    for (i, item) in op.regions.iter().enumerate() {
        let Slot { name, arity, .. } = item;
        match arity {
            Arity::One => {
                let _ = writeln!(
                    out,
                    "/// Region `{name}`.\npub fn {name}_region(self, f: &Function) -> Region {{ f.op_regions(self.0)[{i}] }}"
                );
                body.push_str("parts.regions += 1;\n");
            }
            Arity::Optional => {
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
                    "/// Regions `{name}`.\npub fn {name}_regions(self, f: &Function) -> &[Region] {{ &f.op_regions(self.0)[{i}..] }}"
                );
                let _ = write!(params, ", {name}_regions: usize");
                let _ = writeln!(body, "parts.regions += {name}_regions;");
            }
        }
    }
    for item in op.successors.iter() {
        let Slot { name, arity, .. } = item;
        if *arity == Arity::One {
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
