//! The reference pages in `docs/ir` are generated from the dialects; `INSTA_UPDATE=always` writes
//! them. This needs no LLVM, so that a change of a dialect can be made and tested without it.

use std::path::Path;

use luma_ir::Context;
use luma_ir::dialect::reference;

#[test]
fn reference_pages_are_up_to_date() {
    let blessing = std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always");
    let context = Context::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ir");
    for dialect in context.dialects() {
        let page = reference(&context, &dialect.name).unwrap();
        let path = folder.join(format!("{}.md", dialect.name));
        if blessing {
            std::fs::write(&path, &page).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == page,
            "docs/ir/{}.md is not what its dialect says; run \
             INSTA_UPDATE=always cargo test --test pages",
            dialect.name
        );
    }
}
