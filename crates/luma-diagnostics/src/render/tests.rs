use std::time::Instant;

use insta::assert_snapshot;

use super::{Format, RenderOptions, render, render_all};
use crate::{Code, Diagnostic, FileId, SourceMap, Span, codes};

const LEAK: &str = "\
const work -> fn (flag: bool) int {
    let p: *int = cast<*int>(alloc(sizeof<int>));
    *p = 1;
    if (flag) {
        return 1;
    }
    free(p);
    return 0;
}
";

fn map(text: &str) -> SourceMap {
    let mut map = SourceMap::new();
    map.add("main.lx", text);
    map
}

/// The `nth` occurrence, from 0, of `needle` in file `id`.
fn at(map: &SourceMap, id: u32, needle: &str, nth: usize) -> Span {
    let file = map.file(FileId(id)).unwrap();
    let (start, _) = file.text().match_indices(needle).nth(nth).unwrap();
    Span::new(FileId(id), start as u32, (start + needle.len()) as u32)
}

fn human(map: &SourceMap, diagnostic: &Diagnostic) -> String {
    render(map, RenderOptions::default(), diagnostic)
}

fn leak(map: &SourceMap) -> Diagnostic {
    let take = at(map, 0, "alloc(sizeof<int>)", 0);
    Diagnostic::new(codes::E0401, take, "memory leak: `p` is never freed on one path")
        .label("allocated here")
        .also(at(map, 0, "return 1;", 0), "still owned here")
        .step(take, "`p` owns the new memory")
        .step(at(map, 0, "flag", 1), "`flag` is true")
        .step(at(map, 0, "return 1;", 0), "the function returns")
        .note("memory from `alloc` must be given to `free` once on every path")
        .fix(
            "free it on every way out",
            at(map, 0, "    *p = 1;\n", 0).shrink_to_start(),
            "    defer free(p);\n",
        )
}

#[test]
fn labels_path_note_and_fix() {
    let map = map(LEAK);
    assert_snapshot!(human(&map, &leak(&map)));
}

#[test]
fn colour_only_on_demand() {
    let map = map(LEAK);
    let coloured = render(&map, RenderOptions { colour: true, ..Default::default() }, &leak(&map));
    assert!(coloured.contains("\x1b[") && !human(&map, &leak(&map)).contains('\x1b'));
    assert_snapshot!(coloured.escape_debug().to_string().replace("\\n", "\n"));
}

#[test]
fn short_and_json() {
    let map = map(LEAK);
    let options = |format| RenderOptions { format, colour: true };
    assert_eq!(
        render(&map, options(Format::Short), &leak(&map)),
        "main.lx:2:30: error[E0401]: memory leak: `p` is never freed on one path\n"
    );
    let json = render(&map, options(Format::Json), &leak(&map));
    assert_eq!(json.matches('\n').count(), 1);
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["primary"]["span"]["start"]["byte"], 65);
    assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
}

#[test]
fn sarif_log() {
    let mut map = map(LEAK);
    map.add("/tmp/a b.lx", "naïve: x\n");
    let warning = Diagnostic::new(codes::W0302, at(&map, 1, "x", 0), "far out").help("do better");
    let unreadable = Diagnostic::unlocated(codes::E0100, "cannot read `a.lx`").note("no such file");
    let options = RenderOptions { format: Format::Sarif, colour: false };
    let text = render_all(&map, options, &[leak(&map), warning, unreadable, leak(&map)]);
    assert_eq!(text.matches('\n').count(), 1);
    let mut log: serde_json::Value = serde_json::from_str(&text).unwrap();
    for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().unwrap() {
        let entry = crate::explain(rule["id"].as_str().unwrap()).unwrap();
        for format in ["text", "markdown"] {
            assert_eq!(rule["help"][format], entry.explanation);
            rule["help"][format] = "…".into();
        }
    }
    assert_snapshot!(serde_json::to_string_pretty(&log).unwrap());
}

#[test]
fn sarif_log_of_nothing() {
    let options = RenderOptions { format: Format::Sarif, colour: false };
    let text = render_all(&SourceMap::new(), options, &[]);
    let log: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn sarif_names_of_files_are_uris() {
    let options = RenderOptions { format: Format::Sarif, colour: false };
    for (name, uri) in [
        ("a/b.lx", "a/b.lx"),
        ("a:b.lx", "./a:b.lx"),
        ("<stdin>", "%3Cstdin%3E"),
        ("/x/ä%.lx", "file:///x/%C3%A4%25.lx"),
    ] {
        let mut map = SourceMap::new();
        let file = map.add(name, "x");
        let diagnostic = Diagnostic::new(codes::E0201, Span::new(file, 0, 1), "no");
        let log: serde_json::Value =
            serde_json::from_str(&render(&map, options, &diagnostic)).unwrap();
        let result = &log["runs"][0]["results"][0];
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], uri);
    }
}

#[test]
fn long_path_is_listed() {
    let map = map("loop {\n    step();\n}\n");
    let mut diagnostic = Diagnostic::new(codes::E0402, at(&map, 0, "step", 0), "double free");
    for turn in 1..=200 {
        diagnostic = diagnostic.step(at(&map, 0, "step", 0), format!("turn {turn}"));
    }
    assert_snapshot!(human(&map, &diagnostic));
}

#[test]
fn several_files() {
    let mut map = map("f(1);\n");
    map.add("lib.lx", "\n\nconst f -> fn () void {}\n");
    let diagnostic = Diagnostic::new(codes::E0303, at(&map, 0, "f(1)", 0), "too many arguments")
        .label("1 argument")
        .also(at(&map, 1, "f", 0), "declared without parameters")
        .step(at(&map, 1, "f", 0), "in the other file");
    assert_snapshot!(human(&map, &diagnostic));
}

#[test]
fn mark_over_several_lines() {
    let map = map("let a: int = f(\n    1,\n    2\n);\nlet b: int = 0;\n");
    let span = at(&map, 0, "f(\n    1,\n    2\n)", 0);
    assert_snapshot!(human(&map, &Diagnostic::new(codes::E0301, span, "no").label("all of it")));
}

#[test]
fn mark_over_very_many_lines() {
    let map = map(&format!("/* a{}", "\nx".repeat(5000)));
    let span = Span::new(FileId(0), 0, 10_000);
    assert_snapshot!(human(&map, &Diagnostic::new(codes::E0105, span, "unterminated comment")));
}

#[test]
fn far_labels_get_their_own_excerpt() {
    let map = map(&format!("first();\n{}second();\n", "\n".repeat(500)));
    let diagnostic = Diagnostic::new(codes::E0203, at(&map, 0, "second", 0), "defined twice")
        .label("again")
        .also(at(&map, 0, "first", 0), "first here");
    assert_snapshot!(human(&map, &diagnostic));
}

#[test]
fn tabs_wide_characters_and_controls() {
    let text = "\tlet s: str = \"naïve 漢字 \u{1b}[31m\u{9b}1m\u{202e}\"; \tx\r\nnext\r\n";
    let map = map(text);
    let diagnostic = Diagnostic::new(codes::E0201, at(&map, 0, "x", 0), "`\x1b[2J` is\nbad\t\x07")
        .label("here\x1b]0;t\x07")
        .also(at(&map, 0, "漢字", 0), "wide")
        .note("first\x08\nsecond");
    let text = human(&map, &diagnostic);
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
    assert_snapshot!(text);
}

#[test]
fn at_the_end_of_the_file() {
    let mut map = map("f() {\n");
    map.add("empty.lx", "");
    map.add("no-line-end.lx", "f(");
    let texts = [(0, 6), (1, 0), (2, 2)].map(|(file, offset)| {
        let span = Span::new(FileId(file), offset, offset);
        human(&map, &Diagnostic::new(codes::E0101, span, "unexpected end").label("expected `}`"))
    });
    assert_snapshot!(texts.join("\n"));
}

#[test]
fn without_a_place() {
    let map = map("");
    let diagnostic = Diagnostic::unlocated(codes::E0100, "cannot read `a.lx`")
        .note("no such file")
        .help("check the spelling");
    assert_snapshot!(human(&map, &diagnostic));
    let options = RenderOptions { format: Format::Short, colour: false };
    assert_eq!(render(&map, options, &diagnostic), "error[E0100]: cannot read `a.lx`\n");
}

#[test]
fn fixes_that_replace_and_remove() {
    let map = map("let p: *int = alloc(8);\nfree(p);\nfree(p);\n");
    let diagnostic = Diagnostic::new(codes::E0402, at(&map, 0, "free(p);", 1), "freed twice")
        .fix("remove it", at(&map, 0, "free(p);\n", 1), "")
        .fix("cast it", at(&map, 0, "alloc(8)", 0), "cast<*int>(alloc(8))")
        .fix("rename it", at(&map, 0, "let p", 0), "let buffer");
    assert_snapshot!(human(&map, &diagnostic));
}

#[test]
fn long_line_is_cut() {
    let text = format!(
        "{}bad{}é{}worse{}\n",
        "a".repeat(500_000),
        "b".repeat(900),
        "c".repeat(90),
        "d".repeat(500_000)
    );
    let map = map(&text);
    let diagnostic = Diagnostic::new(codes::W0302, at(&map, 0, "bad", 0), "far out")
        .label("here")
        .also(at(&map, 0, "worse", 0), "and here")
        .fix("shorter", at(&map, 0, "bad", 0), "good");
    let text = human(&map, &diagnostic);
    assert!(text.len() < 3000, "{} bytes", text.len());
    assert_snapshot!(text);
}

#[test]
fn long_message_is_cut() {
    let map = map("x\n");
    let name = "é".repeat(1_000_000);
    let diagnostic = Diagnostic::new(codes::E0201, at(&map, 0, "x", 0), format!("no `{name}`"))
        .label(name.as_str())
        .note(name.as_str());
    assert!(human(&map, &diagnostic).len() < 20_000);
    let options = RenderOptions { format: Format::Short, colour: false };
    assert!(render(&map, options, &diagnostic).ends_with("é`\n"));
}

#[test]
fn all_are_sorted_and_said_once() {
    let map = map(LEAK);
    let early = Diagnostic::new(codes::E0201, at(&map, 0, "work", 0), "first");
    let same_place = Diagnostic::new(codes::E0301, at(&map, 0, "work", 0), "second");
    let all = [leak(&map), same_place.clone(), early.clone(), leak(&map), same_place];
    let options = RenderOptions { format: Format::Short, colour: false };
    let text = render_all(&map, options, &all);
    let codes: Vec<_> = text.lines().filter_map(|line| line.split(['[', ']']).nth(1)).collect();
    assert_eq!(codes, ["E0201", "E0301", "E0401"]);
    let human = render_all(&map, RenderOptions::default(), &all);
    assert_eq!(human.matches("\n\n").count(), 3, "{human}");
}

#[test]
fn columns_count_characters() {
    let text = format!("é{}漢x\ny", "a".repeat(5000));
    let map = map(&text);
    let place = |needle| map.start(at(&map, 0, needle, 0)).map(|(_, at)| (at.line, at.column));
    assert_eq!(place("x"), Some((1, 5003)));
    assert_eq!(place("y"), Some((2, 1)));
    let file = map.file(FileId(0)).unwrap();
    assert_eq!(file.line_col(1).column, 1, "inside a character counts as its start");
    assert_eq!(file.line_col(u32::MAX).line, 2);
    assert_eq!(file.clamp(Span::new(FileId(0), 1, 1)), 0..2);
}

/// Deterministic pseudo-random numbers.
fn noise(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

#[test]
fn any_spans_and_texts_render() {
    let words = [
        "\n",
        "\r\n",
        "\r",
        "\t",
        "é",
        "漢",
        "a",
        " ",
        "{",
        "}",
        "\u{301}",
        "\x1b",
        "👨\u{200d}👩",
        "\0",
    ];
    let seed = &mut 7;
    for round in 0..3000 {
        let count = if round % 10 == 0 { 600 } else { noise(seed) % 30 };
        let text: String = (0..count).map(|_| words[noise(seed) as usize % words.len()]).collect();
        let mut map = map(&text);
        map.add("two\x1b.lx", "one\ntwo");
        let reach = text.len() as u64 + 4;
        let mut span = || {
            let file = FileId((noise(seed) % 20).saturating_sub(17) as u32);
            Span::new(file, (noise(seed) % reach) as u32, (noise(seed) % reach) as u32)
        };
        let mut diagnostic = Diagnostic::new(codes::E0301, span(), "m").label("l\nl");
        for index in 0..round % 20 {
            diagnostic = match index % 4 {
                0 => diagnostic.also(span(), "s"),
                1 => diagnostic.step(span(), "p"),
                2 => diagnostic.fix("f", span(), ["", "x", "a\nb", "a\n", "\n", "漢\t"][round % 6]),
                _ => diagnostic.also(span(), ""),
            };
        }
        for format in [Format::Human, Format::Short, Format::Json, Format::Sarif] {
            let text = render(&map, RenderOptions { format, colour: false }, &diagnostic);
            assert!(text.ends_with('\n'));
            let machine = matches!(format, Format::Json | Format::Sarif);
            assert!(machine || !text.chars().any(|c| c.is_control() && c != '\n'));
        }
    }
}

#[test]
fn cost_does_not_grow_with_the_file() {
    let line = "let some_name: int = 1234567;\n";
    let tall = line.repeat(10_000_000 / line.len());
    let wide = format!("é{}", "x = 1; ".repeat(10_000_000 / 7));
    for text in [tall, wide] {
        let map = map(&text);
        let code: Code = codes::E0401;
        let all: Vec<_> = (0..1000)
            .map(|n| {
                let span = Span::new(FileId(0), n * 9_000 + 11, n * 9_000 + 15);
                let end = Span::new(FileId(0), 9_999_000, 9_999_004);
                Diagnostic::new(code, span, "leak")
                    .also(end, "far")
                    .step(end, "s")
                    .fix("f", span, "")
            })
            .collect();
        let start = Instant::now();
        for format in [Format::Human, Format::Short, Format::Json, Format::Sarif] {
            let rendered = render_all(&map, RenderOptions { format, colour: false }, &all);
            assert!(rendered.len() < 4_000_000, "{}", rendered.len());
        }
        // Scanning the file for each diagnostic would read 10 GB, which takes minutes in a debug
        // build.
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }
}

#[test]
fn every_code_is_explained() {
    for entry in crate::CATALOGUE {
        let text = entry.explanation;
        assert!(text.len() > 120 && !text.contains("TODO"), "{} has no explanation", entry.code);
        assert!(text.starts_with("# "), "{} has no title", entry.code);
        assert_eq!(text.matches("```").count() % 2, 0, "{} has an open fence", entry.code);
        assert!(text.lines().next().is_some_and(|title| title.contains(entry.code)));
        let fence = format!("```luma,{}\n", entry.code);
        assert!(
            text.contains(&fence) || !text.contains("```luma,"),
            "{}: the first fence must show the code itself",
            entry.code
        );
        assert!(crate::explain(&entry.code.to_lowercase()).is_some());
    }
}
