//! The interpreter's layouts against those of the compiler, on every type of the test programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use luma_diagnostics::{Diagnostic, SourceMap};
use luma_ir::{Context, Module, Type, TypeData};

use super::Layouts;

/// What was compared.
#[derive(Default)]
struct Seen {
    modules: usize,
    types: usize,
    structs: usize,
}

#[test]
fn agree_with_the_compiler_on_the_test_programs() {
    // Types may nest arbitrarily deeply, and the front end recurses over them.
    let run = || {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut seen = Seen::default();
        let mut files = Vec::new();
        for folder in ["tests", "examples", "crates"] {
            collect(&root.join(folder), &mut files);
        }
        files.sort();
        for file in &files {
            if let Some(module) = module(file) {
                compare(&module, file, &mut seen);
            }
        }
        // Guards against a change of folders or of the language that leaves nothing to compare.
        assert!(seen.modules > 500, "only {} modules were compared", seen.modules);
        assert!(seen.types > 3_000, "only {} types were compared", seen.types);
        assert!(seen.structs > 200, "only {} structs were compared", seen.structs);
    };
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(run).unwrap();
    thread.join().unwrap();
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "lx" || e == "lir") {
            files.push(path);
        }
    }
}

/// The module in `file`; `None` if it is erroneous, as many test programs are.
fn module(file: &Path) -> Option<Module> {
    let text = fs::read_to_string(file).ok()?;
    let context = Arc::new(Context::new());
    let mut sources = SourceMap::new();
    let id = sources.add(file.display().to_string(), text.clone());
    if file.extension().is_some_and(|e| e == "lir") {
        let module = luma_ir::parse_module(context, &sources, id).ok()?;
        return luma_ir::verify_items(&module).is_empty().then_some(module);
    }
    let parsed = luma_syntax::parse(id, &text);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return None;
    }
    let (analysis, errors) = luma_sema::analyze(&parsed.ast);
    if errors.iter().any(Diagnostic::is_error) {
        return None;
    }
    let module = luma_lower::lower(&parsed.ast, &analysis, context);
    // The front end has its own types, laid out by the same rules.
    for (info, layout) in analysis.structs.iter().zip(&analysis.struct_layouts) {
        let ty = module.context.ty(TypeData::Struct(module.context.symbol(&info.name)));
        let own = Layouts::new(&module).of(ty);
        let layout = layout.expect("a sound struct has a layout");
        assert_eq!((own.size, u64::from(own.align)), (layout.size, layout.align), "{}", info.name);
    }
    Some(module)
}

fn compare(module: &Module, file: &Path, seen: &mut Seen) {
    let mut own = Layouts::new(module);
    let mut compiler = luma_ir::layout::Layouts::new(module);
    seen.modules += 1;
    for ty in types(module) {
        let Ok(expected) = compiler.of(ty) else {
            // Too large, or without values: the interpreter refuses both elsewhere.
            continue;
        };
        let found = own.of(ty);
        let name = format!("{:?}", module.context.type_data(ty));
        let file = file.display();
        assert_eq!(found.size, expected.size, "size of {name} in {file}");
        assert_eq!(u64::from(found.align), expected.align, "alignment of {name} in {file}");
        seen.types += 1;
        if let TypeData::Struct(_) = module.context.type_data(ty) {
            let expected = compiler.offsets(ty).unwrap();
            assert_eq!(own.offsets(ty), expected, "fields of {name} in {file}");
            seen.structs += 1;
        }
    }
}

/// Every type that `module` mentions.
fn types(module: &Module) -> Vec<Type> {
    let mut types = Vec::new();
    types.extend(module.structs.values().flat_map(|def| def.fields.values().copied()));
    types.extend(module.structs.keys().map(|&name| module.context.ty(TypeData::Struct(name))));
    types.extend(module.globals.values().map(|global| global.ty));
    for f in module.functions.values() {
        types.extend(f.params.iter().chain(&f.results).copied());
        f.walk(&mut |op| {
            let values = f.operands(op).iter().chain(f.results(op));
            types.extend(values.map(|&value| f.value_type(value)));
        });
    }
    let mut all = rustc_hash::FxHashSet::default();
    while let Some(ty) = types.pop() {
        if !all.insert(ty) {
            continue;
        }
        match module.context.type_data(ty) {
            TypeData::Ptr(inner) | TypeData::Place(inner) | TypeData::Array(_, inner) => {
                types.push(inner);
            }
            _ => {}
        }
    }
    all.into_iter().collect()
}
