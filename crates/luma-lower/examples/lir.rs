//! dev
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let mut map = luma_diagnostics::SourceMap::new();
    let file = map.add(path.clone(), std::fs::read_to_string(&path).unwrap());
    let text = map.file(file).unwrap().text().clone();
    let parse = luma_syntax::parse(file, &text);
    let (analysis, mut diags) = luma_sema::analyze(&parse.ast);
    diags.extend(parse.diagnostics);
    eprint!(
        "{}",
        luma_diagnostics::render_all(
            &map,
            luma_diagnostics::RenderOptions {
                format: luma_diagnostics::Format::Short,
                colour: false
            },
            &diags
        )
    );
    if diags.iter().any(|d| d.is_error()) {
        std::process::exit(1);
    }
    let module =
        luma_lower::lower(&parse.ast, &analysis, std::sync::Arc::new(luma_ir::Context::new()));
    for v in luma_ir::verify_module(&module) {
        eprintln!("VERIFY {}", v.message);
    }
    let text = luma_ir::print_module(&module, luma_ir::PrintOptions::default());
    let f2 = map.add("x.lir", text.as_str());
    let again = luma_ir::parse_module(module.context.clone(), &map, f2);
    match again {
        Ok(m) => {
            if luma_ir::print_module(&m, Default::default()) != text {
                eprintln!("ROUNDTRIP differs");
            }
        }
        Err(e) => {
            eprint!("ROUNDTRIP {}", luma_diagnostics::render_all(&map, Default::default(), &e))
        }
    }
    print!("{text}");
}
