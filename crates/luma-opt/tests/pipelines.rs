//! The registry and the built-in pipelines.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use luma_opt::{O0, O1, O2, O3, PASSES, pipeline, registry};
use luma_pass::{Step, parse_pipeline};

#[test]
fn built_in_pipelines_parse() {
    for (level, text) in [(0, O0), (1, O1), (2, O2), (3, O3), (9, O3)] {
        let parsed =
            parse_pipeline(text, &registry()).unwrap_or_else(|e| panic!("{}", e.render(text)));
        assert_eq!(parsed.to_string(), text, "not in canonical form");
        assert_eq!(pipeline(level).to_string(), text);
        assert!(!parsed.steps.is_empty());
    }
}

#[test]
fn passes_say_what_they_are() {
    let sentence = |text: &str| text.ends_with('.') && !text.starts_with(char::is_lowercase);
    for pass in PASSES {
        let name = pass.name;
        assert!(std::ptr::eq(registry().get(name).unwrap(), *pass), "two passes called `{name}`");
        assert!(sentence(pass.summary), "summary of `{name}`");
        for option in pass.options {
            assert!(sentence(option.summary), "option `{}` of `{name}`", option.name);
            // The default is one of the values it can have, as they are written.
            let mut step = Step::new(pass);
            step.options.set(pass, option.name, option.default).unwrap();
            assert_eq!(step.to_string(), name);
        }
        for statistic in pass.statistics {
            assert!(sentence(statistic.summary), "statistic `{}` of `{name}`", statistic.name);
        }
        let mut names: Vec<&str> = pass.options.iter().map(|o| o.name).collect();
        names.extend(pass.statistics.iter().map(|s| s.name));
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(names.iter().chain([&name]).all(|n| n.chars().all(kebab)), "{names:?} of `{name}`");
    }
}
