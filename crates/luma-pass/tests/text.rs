//! Textual pipelines: `tests/pipelines.txt`, and print and parse of random ones.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::fmt::Write as _;
use std::path::Path;

use luma_pass::Preserved;
use luma_pass::{
    OptionKind, OptionSpec, Options, Pipeline, Registration, Registry, Step, Work, parse_pipeline,
};
use proptest::prelude::*;
use support::{OnFunction, OnModule, registration};

static TIDY: Registration = registration("tidy", &[], on_function);
static MEM2REG: Registration = Registration {
    options: &[
        option("max-slots", OptionKind::Number, "64"),
        option("verbose", OptionKind::Flag, "false"),
        option("prefix", OptionKind::Text, ""),
    ],
    ..registration("mem2reg", &[], on_function)
};
static SYMBOL_DCE: Registration = registration("symbol-dce", &[], on_module);
static INLINE: Registration = Registration {
    options: &[option("threshold", OptionKind::Number, "100")],
    ..registration("inline", &[], on_module)
};
static PASSES: [&Registration; 4] = [&TIDY, &MEM2REG, &SYMBOL_DCE, &INLINE];

const fn option(name: &'static str, kind: OptionKind, default: &'static str) -> OptionSpec {
    OptionSpec { name, summary: "An option.", kind, default }
}

fn on_function(_: &Options) -> Work {
    Work::function(OnFunction(|_, _| Ok(Preserved::all())))
}

fn on_module(_: &Options) -> Work {
    Work::module(OnModule(|_, _| Ok(Preserved::all())))
}

fn registry() -> Registry {
    let mut registry = Registry::new();
    for pass in PASSES {
        registry.register(pass);
    }
    registry
}

#[test]
fn texts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = root.join("tests/pipelines.txt");
    let texts = std::fs::read_to_string(&file).unwrap();
    let mut out = String::new();
    for text in texts.lines() {
        if text.is_empty() || text.starts_with('#') {
            let _ = writeln!(out, "{text}");
            continue;
        }
        match parse_pipeline(text, &registry()) {
            Ok(pipeline) => {
                let canonical = pipeline.to_string();
                let again = parse_pipeline(&canonical, &registry()).unwrap().to_string();
                assert_eq!(canonical, again, "{text}");
                let _ = writeln!(out, "  {text}\n= {canonical}");
            }
            Err(error) => {
                let _ = writeln!(out, "error: {}", error.render(text));
            }
        }
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root.join("snapshots").canonicalize().unwrap());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_input_file(&file);
    settings.bind(|| insta::assert_snapshot!("pipelines", out));
}

#[test]
fn nothing_is_the_empty_pipeline() {
    for text in ["", "  ", "\n", "func()"] {
        let pipeline = parse_pipeline(text, &registry()).unwrap();
        assert!(pipeline.steps.is_empty());
        assert_eq!(pipeline.to_string(), "");
    }
    // Errors are shown on their line.
    let text = "func(\n\ttidy,\n\tmem2rag,\n\ttidy)";
    let error = parse_pipeline(text, &registry()).unwrap_err();
    assert_eq!(&text[error.at.clone()], "mem2rag");
    assert_eq!(error.to_string(), "unknown pass `mem2rag`, at byte 14");
    assert_eq!(
        error.render(text),
        "unknown pass `mem2rag`\n  \tmem2rag,\n  \t^^^^^^^\n  help: did you mean `mem2reg`?"
    );
}

#[test]
fn options_reach_the_pass() {
    let pipeline = parse_pipeline("mem2reg{max-slots=7 prefix=t verbose}", &registry()).unwrap();
    let options = &pipeline.steps[0].options;
    let found = (options.number("max-slots"), options.text("prefix"), options.flag("verbose"));
    assert_eq!(found, (7, "t", true));
    let defaults = &parse_pipeline("mem2reg", &registry()).unwrap().steps[0].options;
    let found = (defaults.number("max-slots"), defaults.text("prefix"), defaults.flag("verbose"));
    assert_eq!(found, (64, "", false));
}

/// A pass with values for some of its options.
fn step() -> impl Strategy<Value = (usize, Vec<Option<String>>)> {
    (0..PASSES.len()).prop_flat_map(|pass| {
        let values: Vec<BoxedStrategy<Option<String>>> = PASSES[pass]
            .options
            .iter()
            .map(|option| match option.kind {
                OptionKind::Flag => {
                    prop::option::of(any::<bool>().prop_map(|b| b.to_string())).boxed()
                }
                OptionKind::Number => {
                    prop::option::of(any::<usize>().prop_map(|n| n.to_string())).boxed()
                }
                OptionKind::Text => prop::option::of("[a-z(=)ä%@#/.-]{0,6}").boxed(),
            })
            .collect();
        (Just(pass), values)
    })
}

fn build(steps: &[(usize, Vec<Option<String>>)]) -> Pipeline {
    let mut pipeline = Pipeline::new();
    for (pass, values) in steps {
        let pass = PASSES[*pass];
        let mut options = Options::defaults(pass);
        for (option, value) in pass.options.iter().zip(values) {
            if let Some(value) = value {
                options.set(pass, option.name, value).unwrap();
            }
        }
        pipeline.steps.push(Step::with(pass, options));
    }
    pipeline
}

/// The same pipeline as someone could have written it.
fn write_freely(pipeline: &Pipeline, blanks: &[&str]) -> String {
    let mut blanks = blanks.iter().cycle();
    let mut blank = || *blanks.next().unwrap_or(&"");
    let mut out = String::from(blank());
    for (i, step) in pipeline.steps.iter().enumerate() {
        out += if i > 0 { "," } else { "" };
        let nested = step.is_function() && blank().len() % 2 == 0;
        out += if nested { "func(" } else { "" };
        out += blank();
        out += step.name();
        out += blank();
        out += "{";
        for option in step.registration.options {
            let _ = write!(out, "{}{}{}=", blank(), option.name, blank());
            let _ = write!(out, "{}{} {}", blank(), step.options.text(option.name), blank());
        }
        out += "}";
        out += blank();
        out += if nested { ")" } else { "" };
    }
    out + blank()
}

proptest! {
    #[test]
    fn printed_pipelines_parse_back(
        steps in prop::collection::vec(step(), 0..12),
        blanks in prop::collection::vec(prop::sample::select(vec!["", " ", "\n  ", "\t"]), 1..9),
    ) {
        let pipeline = build(&steps);
        let text = pipeline.to_string();
        for written in [text.clone(), write_freely(&pipeline, &blanks)] {
            let parsed = parse_pipeline(&written, &registry())
                .map_err(|e| TestCaseError::fail(e.render(&written)))?;
            prop_assert_eq!(parsed.to_string(), &*text);
            prop_assert_eq!(parsed.steps.len(), pipeline.steps.len());
            for (a, b) in parsed.steps.iter().zip(&pipeline.steps) {
                prop_assert!(std::ptr::eq(a.registration, b.registration));
                prop_assert_eq!(&a.options, &b.options);
            }
        }
    }

    #[test]
    fn any_text_is_a_pipeline_or_an_error_in_it(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "func", "(", ")", "{", "}", ",", "=", " ", "\n", "tidy", "mem2reg", "inline",
                "max-slots", "verbose", "1", "é", "\u{2003}", "threshold",
            ]),
            0..16,
        ),
    ) {
        let text = parts.concat();
        match parse_pipeline(&text, &registry()) {
            Ok(pipeline) => {
                let canonical = pipeline.to_string();
                let again = parse_pipeline(&canonical, &registry()).unwrap();
                prop_assert_eq!(again.to_string(), canonical);
            }
            Err(error) => {
                prop_assert!(text.get(error.at.clone()).is_some(), "{:?}", error);
                prop_assert!(error.render(&text).contains('^'));
            }
        }
    }
}
