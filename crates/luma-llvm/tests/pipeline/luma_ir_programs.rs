//! Programs given as Luma IR: what they print, and what they become on the way.

use std::fmt::Write as _;
use std::process::Command;
use std::sync::Arc;

use luma_diagnostics::SourceMap;
use luma_ir::{Context, parse_module, verify_module};
use luma_llvm::{LinkOptions, LlvmModule, OptLevel, Target, TargetOptions, link};
use luma_mlir::{Lowering, PrintOptions, Session};
use luma_pass::{RunOptions, parse_pipeline};

fn session(text: &str) -> Result<Session, Vec<String>> {
    let mut sources = SourceMap::new();
    let file = sources.add("test.lir", text);
    let mut module = parse_module(Arc::new(Context::new()), &sources, file).unwrap();
    assert_eq!(verify_module(&module), []);
    // What the lowering takes; not of what it is to refuse.
    if !text.contains("luma.defer") {
        let passes = parse_pipeline("func(structured-to-cfg)", &luma_opt::registry()).unwrap();
        let options = RunOptions { verify_each: true, threads: 1 };
        luma_pass::run(&mut module, &passes, options).unwrap();
    }
    Session::from_luma_ir(&module, &sources, None).map_err(|errors| {
        let at = |d: &luma_diagnostics::Diagnostic| d.primary.as_ref().map(|l| l.span);
        let line = |d| at(d).and_then(|s| sources.start(s)).map_or(0, |(_, at)| at.line);
        errors.iter().map(|d| format!("{}: {}: {}", line(d), d.code, d.message)).collect()
    })
}

/// The MLIR of a program, which reads back as the same.
pub(crate) fn mlir(text: &str) -> String {
    let shown = session(text).unwrap().to_text(PrintOptions::default());
    let again = Session::from_mlir_text("again.mlir", &shown).unwrap();
    assert_eq!(again.to_text(PrintOptions::default()), shown);
    shown
}

/// What the program prints, and its exit code, which -O0 and -O2 agree on.
fn run(text: &str, args: &[&str]) -> (String, i32) {
    let work = tempfile::tempdir().unwrap();
    let mut results = [OptLevel::O0, OptLevel::O2].map(|level| {
        let target = Target::new(&TargetOptions { triple: None, level }).unwrap();
        let mut session = session(text).unwrap();
        session.lower_to_llvm_dialect(Lowering { debug_info: true }).unwrap();
        let mut module = LlvmModule::translate("test", &session).unwrap();
        module.set_target(&target);
        module.optimize(&target, level.pipeline()).unwrap();
        let program = work.path().join(format!("{level:?}"));
        let object = module.emit_object(&target).unwrap();
        link(&object, &program, &LinkOptions::default()).unwrap();
        let output = Command::new(&program).args(args).output().unwrap();
        let code = output.status.code().unwrap_or(-1);
        (String::from_utf8_lossy(&output.stdout).into_owned(), code)
    });
    assert_eq!(results[0], results[1]);
    std::mem::take(&mut results[1])
}

/// A program whose `main` is `body`, after `items`.
fn program(items: &str, body: &str) -> String {
    format!(
        "{items}\nluma.func public @main() -> i64 {{\n{body}\n\
         %exit = luma.constant() {{value = 0 : i64}} : () -> i64\n\
         luma.return(%exit) : (i64) -> ()\n}}\n"
    )
}

/// `luma.print` of a value and a space.
fn show(value: &str, ty: &str) -> String {
    format!(
        "luma.print({value}) : ({ty}) -> ()\n\
         %space{0} = luma.string() {{value = \" \"}} : () -> !luma.ptr<i8>\n\
         luma.print(%space{0}) : (!luma.ptr<i8>) -> ()\n",
        value.trim_start_matches('%')
    )
}

fn int(name: &str, value: i64) -> String {
    format!("%{name} = luma.constant() {{value = {value} : i64}} : () -> i64\n")
}

#[test]
fn scalars_print_in_their_formats() {
    let mut body = String::new();
    for (name, value, ty) in [
        ("a", "-7 : i64", "i64"),
        ("b", "200 : i8", "i8"),
        ("c", "-1 : i8", "i8"),
        ("d", "true", "i1"),
        ("e", "false", "i1"),
        ("f", "3.5 : f32", "f32"),
        ("g", "-0.0 : f64", "f64"),
        ("h", "9223372036854775807 : i64", "i64"),
    ] {
        let _ = writeln!(body, "%{name} = luma.constant() {{value = {value}}} : () -> {ty}");
        body += &show(&format!("%{name}"), ty);
    }
    body += "%s = luma.string() {value = \"100% \\00 hidden\"} : () -> !luma.ptr<i8>\n\
             luma.print(%s) : (!luma.ptr<i8>) -> ()\n\
             %null = luma.null() : () -> !luma.ptr<i64>\n";
    body += &show("%null", "!luma.ptr<i64>");
    let printed = run(&program("", &body), &[]).0;
    assert_eq!(printed, "-7 200 255 true false 3.500000 -0.000000 9223372036854775807 100% (nil) ");
}

#[test]
fn operators_and_conversions() {
    let mut body = int("big", i64::MAX) + &int("one", 1) + &int("m", -7) + &int("two", 2);
    body += &int("far", 65);
    body += "%nan0 = luma.constant() {value = 0.0 : f64} : () -> f64\n\
             %nan = luma.div(%nan0, %nan0) : (f64, f64) -> f64\n\
             %t = luma.constant() {value = true} : () -> i1\n\
             %byte = luma.constant() {value = 200 : i8} : () -> i8\n\
             %half = luma.constant() {value = -2.75 : f64} : () -> f64\n\
             %wide = luma.constant() {value = 300.5 : f64} : () -> f64\n";
    let i = "i64";
    let mut wanted = String::new();
    for (n, (op, operands, from, to, result)) in [
        ("luma.add", "%big, %one", "i64, i64", i, "-9223372036854775808"),
        ("luma.div", "%m, %two", "i64, i64", i, "-3"),
        ("luma.rem", "%m, %two", "i64, i64", i, "-1"),
        ("luma.shl", "%one, %far", "i64, i64", i, "2"),
        ("luma.shr", "%m, %far", "i64, i64", i, "-4"),
        ("luma.shl", "%byte, %byte", "i8, i8", "i8", "0"),
        ("luma.shr", "%byte, %byte", "i8, i8", "i8", "255"),
        ("luma.neg", "%byte", "i8", "i8", "56"),
        ("luma.not", "%t", "i1", "i1", "false"),
        ("luma.not", "%m", i, i, "6"),
        ("luma.cast", "%byte", "i8", i, "-56"),
        ("luma.cast", "%t", "i1", i, "-1"),
        ("luma.cast", "%two", i, "i1", "false"),
        ("luma.cast", "%half", "f64", i, "-2"),
        ("luma.cast", "%wide", "f64", "i8", "44"),
        ("luma.cast", "%half", "f64", "f32", "-2.750000"),
        ("luma.cast", "%m", i, "f64", "-7.000000"),
        ("luma.cast", "%m", i, "!luma.ptr<i64>", "0xfffffffffffffff9"),
    ]
    .into_iter()
    .enumerate()
    {
        let _ = writeln!(body, "%r{n} = {op}({operands}) : ({from}) -> {to}");
        body += &show(&format!("%r{n}"), to);
        let _ = write!(wanted, "{result} ");
    }
    for (pred, result) in [("eq", false), ("ne", false), ("lt", false), ("ge", false)] {
        let _ = writeln!(
            body,
            "%n{pred} = luma.cmp(%nan, %nan) {{pred = \"{pred}\"}} : (f64, f64) -> i1"
        );
        body += &show(&format!("%n{pred}"), "i1");
        let _ = write!(wanted, "{result} ");
    }
    assert_eq!(run(&program("", &body), &[]).0, wanted);
}

#[test]
fn a_byte_written_as_255_divides_as_minus_one() {
    let divide = |divisor: i64| {
        let body = format!(
            "%a = luma.constant() {{value = -128 : i8}} : () -> i8\n\
             %b = luma.constant() {{value = {divisor} : i8}} : () -> i8\n\
             %q = luma.div(%a, %b) : (i8, i8) -> i8\n\
             luma.print(%q) : (i8) -> ()"
        );
        run(&program("", &body), &[])
    };
    assert_eq!(divide(254), ("64".to_owned(), 0));
    // The quotient does not exist: a signal, and no code.
    assert_eq!(divide(255), (String::new(), -1));
}

/// `for i = low; i PRED high; i += step`, printing i, and i afterwards if asked.
fn counting(low: i64, pred: &str, high: i64, step: i64, after: bool) -> String {
    let place = "!luma.place<i64>";
    let mut text = format!("%i = luma.local() : () -> {place}\n") + &int("low", low);
    text += &format!("luma.store(%low, %i) : (i64, {place}) -> ()\n");
    text += &format!("luma.loop() ({{\n%c = luma.load(%i) : ({place}) -> i64\n");
    text += &int("high", high);
    text += &format!("%t = luma.cmp(%c, %high) {{pred = \"{pred}\"}} : (i64, i64) -> i1\n");
    text += "luma.yield(%t) : (i1) -> ()\n}, {\n";
    text += &format!("%v = luma.load(%i) : ({place}) -> i64\n");
    text += &show("%v", "i64");
    text += &format!("luma.yield() : () -> ()\n}}, {{\n%o = luma.load(%i) : ({place}) -> i64\n");
    text += &int("step", step);
    text += "%n = luma.add(%o, %step) : (i64, i64) -> i64\n";
    text += &format!("luma.store(%n, %i) : (i64, {place}) -> ()\nluma.yield() : () -> ()\n");
    text += "}) : () -> ()\n";
    if after {
        text += &format!("%last = luma.load(%i) : ({place}) -> i64\n");
        text += &show("%last", "i64");
    }
    program("", &text)
}

#[test]
fn counted_loops_become_scf_for_when_that_is_the_same() {
    let max = i64::MAX;
    for (low, pred, high, step, after, counted, wanted) in [
        (0, "lt", 4, 1, false, true, "0 1 2 3 "),
        (0, "lt", 4, 1, true, true, "0 1 2 3 4 "),
        (9, "lt", 4, 1, true, true, "9 "),
        (0, "le", 6, 3, false, true, "0 3 6 "),
        (0, "le", 6, 3, true, false, "0 3 6 9 "),
        (4, "gt", 1, -1, true, false, "4 3 2 1 "),
        (max - 1, "lt", max, 1, false, true, "9223372036854775806 "),
    ] {
        let text = counting(low, pred, high, step, after);
        let shown = mlir(&text);
        assert_eq!(shown.contains("scf.for"), counted, "{low} {pred} {high} {step}: {shown}");
        assert_eq!(shown.contains("scf.while"), !counted, "{shown}");
        assert_eq!(run(&text, &[]).0, wanted, "{low} {pred} {high} {step}");
    }
    // Here the sum wraps, and the loop never ends: not counted.
    assert!(!mlir(&counting(max - 1, "le", max, 1, false)).contains("scf.for"));
    assert!(!mlir(&counting(max - 9, "lt", max, 5, false)).contains("scf.for"));
}

/// The same with what the loop counts by, and a sum, as values it carries.
fn counting_values(low: i64, pred: &str, high: i64, step: i64, after: bool) -> String {
    let mut text = int("low", low) + &int("zero", 0) + &int("step", step);
    text += "%last, %sum = luma.loop(%low, %zero) ({\n^test(%i0: i64, %s0: i64):\n";
    text += &int("high", high);
    text += &format!("%t = luma.cmp(%i0, %high) {{pred = \"{pred}\"}} : (i64, i64) -> i1\n");
    text += "luma.yield(%t, %i0, %s0) : (i1, i64, i64) -> ()\n}, {\n^body(%i1: i64, %s1: i64):\n";
    text += &show("%i1", "i64");
    text += "%s = luma.add(%s1, %i1) : (i64, i64) -> i64\n\
             luma.yield(%i1, %s) : (i64, i64) -> ()\n}, {\n^post(%i2: i64, %s2: i64):\n\
             %n = luma.add(%i2, %step) : (i64, i64) -> i64\n\
             luma.yield(%n, %s2) : (i64, i64) -> ()\n}) : (i64, i64) -> (i64, i64)\n";
    text += &show("%sum", "i64");
    if after {
        text += &show("%last", "i64");
    }
    program("", &text)
}

#[test]
fn loops_count_by_what_they_carry() {
    let max = i64::MAX;
    for (low, pred, high, step, after, counted, wanted) in [
        (0, "lt", 4, 1, false, true, "0 1 2 3 6 "),
        (0, "lt", 4, 1, true, true, "0 1 2 3 6 4 "),
        (9, "lt", 4, 1, true, true, "0 9 "),
        (0, "le", 6, 3, false, true, "0 3 6 9 "),
        (0, "le", 6, 3, true, false, "0 3 6 9 9 "),
        (4, "gt", 1, -1, true, false, "4 3 2 9 1 "),
        (max - 1, "lt", max, 1, false, true, "9223372036854775806 9223372036854775806 "),
    ] {
        let text = counting_values(low, pred, high, step, after);
        let shown = mlir(&text);
        assert_eq!(shown.contains("scf.for"), counted, "{low} {pred} {high} {step}: {shown}");
        assert_eq!(shown.contains("scf.while"), !counted, "{shown}");
        assert_eq!(run(&text, &[]).0, wanted, "{low} {pred} {high} {step}");
    }
    assert!(!mlir(&counting_values(max - 1, "le", max, 1, false)).contains("scf.for"));
    assert!(!mlir(&counting_values(max - 9, "lt", max, 5, false)).contains("scf.for"));
    // A bound that is carried itself may change.
    let text = counting_values(0, "lt", 4, 1, false).replace("%i0, %high", "%i0, %s0");
    assert!(mlir(&text).contains("scf.while"));
}

#[test]
fn early_exits_become_blocks() {
    // Prints 0 1 3: continue at 2, break at 4; returns 40 from within.
    let exits = "luma.func @f(%stop: i64) -> i64 {
      %i = luma.local() : () -> !luma.place<i64>
      %zero = luma.constant() {value = 0 : i64} : () -> i64
      %one = luma.constant() {value = 1 : i64} : () -> i64
      %two = luma.constant() {value = 2 : i64} : () -> i64
      %yes = luma.constant() {value = true} : () -> i1
      luma.store(%zero, %i) : (i64, !luma.place<i64>) -> ()
      luma.loop() ({
        luma.yield(%yes) : (i1) -> ()
      }, {
        %v = luma.load(%i) : (!luma.place<i64>) -> i64
        %done = luma.cmp(%v, %stop) {pred = \"eq\"} : (i64, i64) -> i1
        luma.if(%done) ({ luma.break() : () -> () }) : (i1) -> ()
        %skip = luma.cmp(%v, %two) {pred = \"eq\"} : (i64, i64) -> i1
        luma.if(%skip) ({ luma.continue() : () -> () }) : (i1) -> ()
        luma.block() ({
          %six = luma.constant() {value = 6 : i64} : () -> i64
          %late = luma.cmp(%v, %six) {pred = \"gt\"} : (i64, i64) -> i1
          luma.if(%late) ({
            luma.return(%stop) : (i64) -> ()
          }, {
            luma.print(%v) : (i64) -> ()
            luma.yield() : () -> ()
          }) : (i1) -> ()
          luma.yield() : () -> ()
        }) : () -> ()
        luma.continue() : () -> ()
      }, {
        %o = luma.load(%i) : (!luma.place<i64>) -> i64
        %n = luma.add(%o, %one) : (i64, i64) -> i64
        luma.store(%n, %i) : (i64, !luma.place<i64>) -> ()
        luma.yield() : () -> ()
      }) : () -> ()
      luma.return(%zero) : (i64) -> ()
    }";
    let mut body = int("a", 4) + &int("b", 40);
    for name in ["a", "b"] {
        let _ = writeln!(body, "%r{name} = luma.call(%{name}) {{callee = @f}} : (i64) -> i64");
        body += &show(&format!("%r{name}"), "i64");
    }
    let text = program(exits, &body);
    assert!(!mlir(&text).contains("scf.while"));
    assert_eq!(run(&text, &[]).0, "0130 01345640 ");
}

#[test]
fn aggregates_are_values() {
    let items = "luma.struct @Inner {ok = i1, n = i64}
    luma.struct @Outer {tag = i8, inner = !luma.struct<@Inner>, list = !luma.array<3, i64>}
    luma.global @origin {type = !luma.struct<@Outer>, value = [7 : i8, [true, 5 : i64], [1 : i64, 2 : i64, 3 : i64]]}
    luma.global @words {type = !luma.array<2, !luma.ptr<i8>>, value = [\"ab\", unit]}
    luma.global @empty {type = !luma.struct<@Inner>}
    luma.func @change(%o: !luma.struct<@Outer>, %n: i64) -> !luma.struct<@Outer> {
      %p = luma.local() : () -> !luma.place<!luma.struct<@Outer>>
      luma.store(%o, %p) : (!luma.struct<@Outer>, !luma.place<!luma.struct<@Outer>>) -> ()
      %l = luma.field(%p) {field = \"list\"} : (!luma.place<!luma.struct<@Outer>>) -> !luma.place<!luma.array<3, i64>>
      %one = luma.constant() {value = 1 : i64} : () -> i64
      %e = luma.element(%l, %one) : (!luma.place<!luma.array<3, i64>>, i64) -> !luma.place<i64>
      luma.store(%n, %e) : (i64, !luma.place<i64>) -> ()
      %r = luma.load(%p) : (!luma.place<!luma.struct<@Outer>>) -> !luma.struct<@Outer>
      luma.return(%r) : (!luma.struct<@Outer>) -> ()
    }
    luma.func @show(%o: !luma.struct<@Outer>) {
      %p = luma.local() : () -> !luma.place<!luma.struct<@Outer>>
      luma.store(%o, %p) : (!luma.struct<@Outer>, !luma.place<!luma.struct<@Outer>>) -> ()
      %i = luma.field(%p) {field = \"inner\"} : (!luma.place<!luma.struct<@Outer>>) -> !luma.place<!luma.struct<@Inner>>
      %ok = luma.field(%i) {field = \"ok\"} : (!luma.place<!luma.struct<@Inner>>) -> !luma.place<i1>
      %okv = luma.load(%ok) : (!luma.place<i1>) -> i1
      luma.print(%okv) : (i1) -> ()
      %l = luma.field(%p) {field = \"list\"} : (!luma.place<!luma.struct<@Outer>>) -> !luma.place<!luma.array<3, i64>>
      %one = luma.constant() {value = 1 : i64} : () -> i64
      %e = luma.element(%l, %one) : (!luma.place<!luma.array<3, i64>>, i64) -> !luma.place<i64>
      %v = luma.load(%e) : (!luma.place<i64>) -> i64
      luma.print(%v) : (i64) -> ()
      %q = luma.addr_of(%l) : (!luma.place<!luma.array<3, i64>>) -> !luma.ptr<!luma.array<3, i64>>
      %q1 = luma.cast(%q) : (!luma.ptr<!luma.array<3, i64>>) -> !luma.ptr<i64>
      %two = luma.constant() {value = 2 : i64} : () -> i64
      %q2 = luma.offset(%q1, %two) : (!luma.ptr<i64>, i64) -> !luma.ptr<i64>
      %d = luma.deref(%q2) : (!luma.ptr<i64>) -> !luma.place<i64>
      %w = luma.load(%d) : (!luma.place<i64>) -> i64
      luma.print(%w) : (i64) -> ()
      luma.return() : () -> ()
    }";
    let outer = "!luma.struct<@Outer>";
    let mut body =
        format!("%g = luma.global_addr() {{global = @origin}} : () -> !luma.place<{outer}>\n");
    body += &int("n", 42);
    body += &format!(
        "%v = luma.load(%g) : (!luma.place<{outer}>) -> {outer}
         %w = luma.call(%v, %n) {{callee = @change}} : ({outer}, i64) -> {outer}
         luma.call(%v) {{callee = @show}} : ({outer}) -> ()
         luma.call(%w) {{callee = @show}} : ({outer}) -> ()
         %t = luma.constant() {{value = true}} : () -> i1
         %x = luma.if(%t) ({{ luma.yield(%w) : ({outer}) -> () }}, {{ luma.yield(%v) : ({outer}) -> () }}) : (i1) -> {outer}
         luma.store(%x, %g) : ({outer}, !luma.place<{outer}>) -> ()
         %again = luma.load(%g) : (!luma.place<{outer}>) -> {outer}
         luma.call(%again) {{callee = @show}} : ({outer}) -> ()
         luma.zero(%g) : (!luma.place<{outer}>) -> ()
         %none = luma.load(%g) : (!luma.place<{outer}>) -> {outer}
         luma.call(%none) {{callee = @show}} : ({outer}) -> ()
         %size = luma.sizeof() {{of = {outer}}} : () -> i64
         luma.print(%size) : (i64) -> ()
         %ws = luma.global_addr() {{global = @words}} : () -> !luma.place<!luma.array<2, !luma.ptr<i8>>>
         %zero = luma.constant() {{value = 0 : i64}} : () -> i64
         %e = luma.element(%ws, %zero) : (!luma.place<!luma.array<2, !luma.ptr<i8>>>, i64) -> !luma.place<!luma.ptr<i8>>
         %word = luma.load(%e) : (!luma.place<!luma.ptr<i8>>) -> !luma.ptr<i8>
         luma.print(%word) : (!luma.ptr<i8>) -> ()\n"
    );
    let text = program(items, &body);
    assert_eq!(run(&text, &[]).0, "true23true423true423false0048ab");
    assert!(mlir(&text).contains("llvm.intr.memcpy"));
}

#[test]
fn switches_compare_all_bits_and_take_many_labels() {
    let arms = |subject: &str, ty: &str, cases: &str| {
        let n = subject.trim_start_matches('%');
        format!(
            "luma.switch({subject}) ({{
               %d_{n} = luma.constant() {{value = 0 : i64}} : () -> i64
               luma.print(%d_{n}) : (i64) -> ()
               luma.yield() : () -> ()
             }}, {{
               %a_{n} = luma.constant() {{value = 1 : i64}} : () -> i64
               luma.print(%a_{n}) : (i64) -> ()
               luma.yield() : () -> ()
             }}, {{
               %b_{n} = luma.constant() {{value = 2 : i64}} : () -> i64
               luma.print(%b_{n}) : (i64) -> ()
               luma.yield() : () -> ()
             }}) {{cases = {cases}}} : ({ty}) -> ()\n"
        )
    };
    let mut body = String::new();
    let cases = "[[2, 4294967298], [-1, 7]]";
    for (i, value) in [2, 4_294_967_298, 4_294_967_303, -1, 7, 3].into_iter().enumerate() {
        body += &int(&format!("v{i}"), value);
        body += &arms(&format!("%v{i}"), "i64", cases);
    }
    for (i, value) in [200_i64, 65].into_iter().enumerate() {
        let _ = writeln!(body, "%b{i} = luma.constant() {{value = {value} : i8}} : () -> i8");
        body += &arms(&format!("%b{i}"), "i8", "[[200], [65]]");
    }
    let text = program("", &body);
    assert!(mlir(&text).contains("cf.switch"));
    assert_eq!(run(&text, &[]).0, "11022012");
    // In a structured loop the switch stays inside the structure.
    let inside = counting(0, "lt", 3, 1, false).replacen(
        "luma.yield() : () -> ()\n}, {",
        &(arms("%v", "i64", "[[0], [1]]") + "luma.yield() : () -> ()\n}, {"),
        1,
    );
    let shown = mlir(&inside);
    assert!(shown.contains("scf.for") && shown.contains("scf.execute_region"), "{shown}");
    assert_eq!(run(&inside, &[]).0, "0 11 22 0");
}

#[test]
fn blocks_pass_values_even_aggregates() {
    let pair = "!luma.struct<@Pair>";
    let items = format!(
        "luma.struct @Pair {{a = i64, b = i64}}
        luma.func @swap(%n: i64, %x: {pair}, %y: {pair}) -> {pair} {{
          %zero = luma.constant() {{value = 0 : i64}} : () -> i64
          %one = luma.constant() {{value = 1 : i64}} : () -> i64
          luma.br()[^bb1(%n, %x, %y)] : () -> ()
        ^bb1(%i: i64, %a: {pair}, %b: {pair}):
          %more = luma.cmp(%i, %zero) {{pred = \"gt\"}} : (i64, i64) -> i1
          %next = luma.sub(%i, %one) : (i64, i64) -> i64
          luma.cond_br(%more)[^bb2(%next), ^bb3] : (i1) -> ()
        ^bb2(%j: i64):
          luma.br()[^bb1(%j, %b, %a)] : () -> ()
        ^bb3:
          luma.return(%a) : ({pair}) -> ()
        ^bb4:
          luma.br()[^bb3] : () -> ()
        }}
        luma.func @pick(%v: i64) -> i64 {{
          luma.switch_br(%v)[^bb1, ^bb2, ^bb1] {{cases = [[1, 5], [6]]}} : (i64) -> ()
        ^bb1:
          luma.return(%v) : (i64) -> ()
        ^bb2:
          %m = luma.neg(%v) : (i64) -> i64
          luma.return(%m) : (i64) -> ()
        }}"
    );
    let mut body = String::new();
    for (name, a) in [("x", 10), ("y", 20)] {
        body += &int(&format!("c{name}"), a);
        let _ = writeln!(
            body,
            "%{name} = luma.local() : () -> !luma.place<{pair}>
             %f{name} = luma.field(%{name}) {{field = \"a\"}} : (!luma.place<{pair}>) -> !luma.place<i64>
             luma.store(%c{name}, %f{name}) : (i64, !luma.place<i64>) -> ()
             %l{name} = luma.load(%{name}) : (!luma.place<{pair}>) -> {pair}"
        );
    }
    for n in 0..4 {
        body += &int(&format!("n{n}"), n);
        let _ = writeln!(
            body,
            "%r{n} = luma.call(%n{n}, %lx, %ly) {{callee = @swap}} : (i64, {pair}, {pair}) -> {pair}
             luma.store(%r{n}, %x) : ({pair}, !luma.place<{pair}>) -> ()
             %s{n} = luma.load(%fx) : (!luma.place<i64>) -> i64"
        );
        body += &show(&format!("%s{n}"), "i64");
    }
    for n in [1, 4, 5, 6] {
        body += &int(&format!("p{n}"), n);
        let _ = writeln!(body, "%q{n} = luma.call(%p{n}) {{callee = @pick}} : (i64) -> i64");
        body += &show(&format!("%q{n}"), "i64");
    }
    assert_eq!(run(&program(&items, &body), &[]).0, "10 20 10 20 -1 4 -5 6 ");
}

#[test]
fn memory_and_c_functions() {
    // C functions under their own names, even those generated code calls with another type.
    let items = "luma.struct @Div {quot = i64, rem = i64}
        luma.func external @ldiv(i64, i64) -> !luma.struct<@Div>
        luma.func external @malloc(i64) -> !luma.ptr<i64>
        luma.func external @printf(!luma.ptr<i8>, i64) -> i64
        luma.func external @toupper(i64) -> i64
        luma.func @free(%x: i64) -> i64 {
          luma.return(%x) : (i64) -> ()
        }
        luma.func @puts(%x: i64) -> i64 {
          luma.return(%x) : (i64) -> ()
        }
        luma.global @puts {type = i64, value = 3 : i64}";
    let mut body = int("a", 17) + &int("b", 5) + &int("size", 16) + &int("letter", 97);
    body += "%d = luma.call(%a, %b) {callee = @ldiv} : (i64, i64) -> !luma.struct<@Div>
        %p = luma.local() : () -> !luma.place<!luma.struct<@Div>>
        luma.store(%d, %p) : (!luma.struct<@Div>, !luma.place<!luma.struct<@Div>>) -> ()
        %r = luma.field(%p) {field = \"rem\"} : (!luma.place<!luma.struct<@Div>>) -> !luma.place<i64>
        %rv = luma.load(%r) : (!luma.place<i64>) -> i64
        luma.print(%rv) : (i64) -> ()
        %m = luma.alloc(%size) : (i64) -> !luma.ptr<!luma.void>
        %t = own.take(%m) {from = \"heap\"} : (!luma.ptr<!luma.void>) -> !luma.ptr<!luma.void>
        %q = luma.cast(%t) : (!luma.ptr<!luma.void>) -> !luma.ptr<i64>
        %place = luma.deref(%q) : (!luma.ptr<i64>) -> !luma.place<i64>
        luma.store(%a, %place) : (i64, !luma.place<i64>) -> ()
        %v = luma.load(%place) : (!luma.place<i64>) -> i64
        %g = own.give(%q) {to = \"heap\"} : (!luma.ptr<i64>) -> !luma.ptr<i64>
        luma.free(%g) : (!luma.ptr<i64>) -> ()
        %same = luma.call(%v) {callee = @free} : (i64) -> i64
        %also = luma.call(%same) {callee = @puts} : (i64) -> i64
        %fmt = luma.string() {value = \"<%ld>\"} : () -> !luma.ptr<i8>
        luma.call(%fmt, %also) {callee = @printf} : (!luma.ptr<i8>, i64) -> i64
        %m2 = luma.call(%size) {callee = @malloc} : (i64) -> !luma.ptr<i64>
        luma.free(%m2) : (!luma.ptr<i64>) -> ()
        %up = luma.call(%letter) {callee = @toupper} : (i64) -> i64
        %byte = luma.cast(%up) : (i64) -> i8
        luma.print(%byte) : (i8) -> ()\n"
        .replace("luma.call(%fmt", "%count = luma.call(%fmt")
        .as_str();
    assert_eq!(run(&program(items, &body), &[]).0, "2<17>65");
}

#[test]
fn main_is_what_c_calls() {
    let text = "luma.func public @main(%argc: i64, %argv: !luma.ptr<!luma.ptr<i8>>) -> i64 {
        luma.print(%argc) : (i64) -> ()
        %one = luma.constant() {value = 1 : i64} : () -> i64
        %p = luma.offset(%argv, %one) : (!luma.ptr<!luma.ptr<i8>>, i64) -> !luma.ptr<!luma.ptr<i8>>
        %d = luma.deref(%p) : (!luma.ptr<!luma.ptr<i8>>) -> !luma.place<!luma.ptr<i8>>
        %s = luma.load(%d) : (!luma.place<!luma.ptr<i8>>) -> !luma.ptr<i8>
        luma.print(%s) : (!luma.ptr<i8>) -> ()
        luma.return(%argc) : (i64) -> ()
      }";
    assert_eq!(run(text, &["word"]), ("2word".to_owned(), 2));
    assert!(mlir(text).contains("func.func @main(%arg0: i32, %arg1: !llvm.ptr) -> i32"));
    let text = "luma.func public @main() {\n luma.return() : () -> ()\n}";
    assert_eq!(run(text, &[]), (String::new(), 0));
}

#[test]
fn deep_nesting_costs_no_stack() {
    let levels = 2_000;
    let mut body = "%t = luma.constant() {value = true} : () -> i1\n".to_owned();
    body += &"luma.if(%t) ({\n".repeat(levels);
    body += "luma.print(%t) : (i1) -> ()\n";
    body += &"luma.yield() : () -> ()\n}) : (i1) -> ()\n".repeat(levels);
    let text = program("", &body);
    let check = move || {
        let shown = mlir(&text);
        assert!(shown.contains("scf.if") && shown.contains("cf.cond_br"));
        assert_eq!(run(&text, &[]).0, "true");
    };
    // The parser of the text form and `structured-to-cfg` recurse; what comes after does not.
    std::thread::Builder::new().stack_size(64 << 20).spawn(check).unwrap().join().unwrap();
}

#[test]
fn what_has_no_form_is_located() {
    let defer = program("", "luma.defer() ({\nluma.yield() : () -> ()\n}) : () -> ()");
    let errors = session(&defer).unwrap_err();
    assert_eq!(errors, ["3: E0503: `luma.defer` must be lowered before code is generated"]);
    // As in a pipeline without `structured-to-cfg`.
    let exit = program(
        "",
        "%t = luma.constant() {value = true} : () -> i1
         %n = luma.constant() {value = 3 : i64} : () -> i64
         luma.if(%t) ({ luma.return(%n) : (i64) -> () }) : (i1) -> ()
         luma.if(%t) ({ luma.defer() ({ luma.yield() : () -> () }) : () -> ()
           luma.yield() : () -> () }) : (i1) -> ()",
    );
    let errors = session(&exit).unwrap_err();
    assert_eq!(
        errors,
        [
            "5: E0503: `luma.return` leaves a structured operation: `structured-to-cfg` must run before"
        ]
    );
    let huge = "!luma.array<4611686018427387904, i64>";
    let huge = program("", &format!("%x = luma.local() : () -> !luma.place<{huge}>"));
    assert_eq!(
        session(&huge).unwrap_err(),
        ["3: E0503: this type is too large; a type may take at most 1024 GiB"]
    );
}
