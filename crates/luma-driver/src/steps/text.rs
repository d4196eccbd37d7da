//! Pipelines of MLIR and LLVM as text, taken apart into single passes.
//!
//! Both are lists of `NAME`, `NAME{OPTIONS}` or `NAME<OPTIONS>`, each with a pipeline in parentheses
//! after it if `NAME` is what passes run on. What options mean is for MLIR and LLVM to say.

use luma_diagnostics::OrNever as _;
use luma_pass::PipelineError;

/// One element of a list.
#[derive(Debug, PartialEq, Eq)]
struct Element<'a> {
    /// `simplifycfg`
    name: &'a str,
    /// With its options: `simplifycfg<keep-loops>`.
    head: &'a str,
    /// The pipeline in parentheses.
    inner: Option<Vec<Element<'a>>>,
    /// All of it.
    text: &'a str,
}

/// A pass that runs by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Single {
    /// Its name alone.
    pub(crate) name: String,
    /// It with its options and what it runs on: `func.func(cse)`.
    pub(crate) text: String,
}

/// Text that nests deeper is refused: everything that reads it recurses.
const DEPTH: usize = 64;

/// The single passes of a pipeline of MLIR.
pub(crate) fn mlir(text: &str) -> Result<Vec<Single>, PipelineError> {
    let mut passes = Vec::new();
    let elements = match parse(text)? {
        // The step runner already runs on the module.
        list if list.len() == 1 && list.iter().all(|one| one.head == "builtin.module") => {
            list.into_iter().filter_map(|one| one.inner).next().unwrap_or_default()
        }
        list => list,
    };
    for element in &elements {
        single(element, &mut Vec::new(), &|_| true, &mut passes);
    }
    Ok(passes)
}

/// The single passes of an expanded pipeline of LLVM. A part whose passes alternate, by component of
/// the call graph or by loop, is one step.
pub(crate) fn llvm(text: &str) -> Result<Vec<Single>, PipelineError> {
    let mut passes = Vec::new();
    for element in &parse(text)? {
        let split = |name: &str| matches!(name, "module" | "function");
        single(element, &mut Vec::new(), &split, &mut passes);
    }
    // A module is what everything runs on, and needs no mention.
    for pass in &mut passes {
        while let Some(inner) = pass.text.strip_prefix("module(").and_then(|t| t.strip_suffix(')'))
        {
            pass.text = inner.to_owned();
        }
    }
    Ok(passes)
}

/// Whether a pipeline of LLVM contains one of level 3, such as `default<O3>`.
pub(crate) fn is_aggressive(text: &str) -> bool {
    fn any(elements: &[Element<'_>]) -> bool {
        elements.iter().any(|element| {
            let options = element.head.strip_prefix(element.name).unwrap_or_default();
            let options = options.trim().strip_prefix('<').and_then(|o| o.strip_suffix('>'));
            let level = options.is_some_and(|options| options.split(';').any(|o| o == "O3"));
            level || element.inner.as_deref().is_some_and(any)
        })
    }
    parse(text).is_ok_and(|elements| any(&elements))
}

fn single<'a>(
    element: &Element<'a>,
    around: &mut Vec<&'a str>,
    split: &impl Fn(&str) -> bool,
    passes: &mut Vec<Single>,
) {
    match &element.inner {
        Some(inner) if split(element.name) => {
            around.push(element.head);
            for element in inner {
                single(element, around, split, passes);
            }
            around.pop();
        }
        _ => {
            let mut text = String::new();
            for head in around.iter() {
                text += head;
                text.push('(');
            }
            text += element.text;
            text.extend(std::iter::repeat_n(')', around.len()));
            let name = only(element).unwrap_or(element.name).to_owned();
            passes.push(Single { name, text });
        }
    }
}

/// The name of the one pass of `element`, if it is one.
fn only<'a>(element: &Element<'a>) -> Option<&'a str> {
    match element.inner.as_deref() {
        None => Some(element.name),
        Some([one]) => only(one),
        Some(_) => None,
    }
}

fn parse(text: &str) -> Result<Vec<Element<'_>>, PipelineError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    parser.blanks();
    if parser.at == text.len() {
        return Ok(Vec::new());
    }
    let list = parser.list()?;
    match parser.peek() {
        None => Ok(list),
        Some(_) => Err(parser.error("expected `,` or the end")),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn list(&mut self) -> Result<Vec<Element<'a>>, PipelineError> {
        if self.depth == DEPTH {
            return Err(self.error("the pipeline is nested too deeply"));
        }
        let mut list = Vec::new();
        loop {
            list.push(self.element()?);
            if self.peek() != Some(b',') {
                return Ok(list);
            }
            self.at += 1;
        }
    }

    fn element(&mut self) -> Result<Element<'a>, PipelineError> {
        self.blanks();
        let start = self.at;
        // `require<profile-summary>` is options to this parser, and that is enough.
        while self.peek().is_some_and(|byte| !b",(){}<>".contains(&byte)) {
            self.at += 1;
        }
        let name = self.slice(start).trim();
        if name.is_empty() {
            return Err(self.error("expected the name of a pass"));
        }
        if let Some(open @ (b'{' | b'<')) = self.peek() {
            self.options(open, if open == b'{' { b'}' } else { b'>' })?;
        }
        let head = self.slice(start).trim();
        self.blanks();
        let mut inner = None;
        if self.peek() == Some(b'(') {
            self.at += 1;
            self.depth += 1;
            self.blanks();
            inner = Some(if self.peek() == Some(b')') { Vec::new() } else { self.list()? });
            self.depth -= 1;
            if self.peek() != Some(b')') {
                return Err(self.error("expected `,` or `)`"));
            }
            self.at += 1;
        }
        let text = self.slice(start).trim();
        self.blanks();
        Ok(Element { name, head, inner, text })
    }

    /// Steps over options, in which all brackets nest.
    fn options(&mut self, open: u8, close: u8) -> Result<(), PipelineError> {
        let start = self.at;
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            self.at += 1;
            if byte == open {
                depth += 1;
            } else if byte == close {
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            }
        }
        self.at = start;
        Err(self.error("unclosed bracket"))
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn slice(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).or_never("", "names end between characters")
    }

    fn error(&self, message: &str) -> PipelineError {
        PipelineError { at: self.at..self.at, message: message.to_owned(), help: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(passes: Result<Vec<Single>, PipelineError>) -> Vec<String> {
        passes.unwrap().into_iter().map(|one| format!("{}: {}", one.name, one.text)).collect()
    }

    #[test]
    fn takes_mlir_apart() {
        let text = "builtin.module(canonicalize{max-iterations=3 region-simplify=disabled}, \
                    func.func(cse,any(sccp)),symbol-dce)";
        assert_eq!(
            texts(mlir(text)),
            [
                "canonicalize: canonicalize{max-iterations=3 region-simplify=disabled}",
                "cse: func.func(cse)",
                "sccp: func.func(any(sccp))",
                "symbol-dce: symbol-dce"
            ]
        );
        assert_eq!(texts(mlir(" ")), [""; 0]);
        assert_eq!(texts(mlir("builtin.module()")), [""; 0]);
    }

    #[test]
    fn takes_llvm_apart() {
        let text = "module(globalopt),function<eager-inv>(sroa<modify-cfg>,loop-mssa(licm<a;b>)),\
                    require<globals-aa>,cgscc(devirt<4>(inline,function(instcombine)))";
        assert_eq!(
            texts(llvm(text)),
            [
                "globalopt: globalopt",
                "sroa: function<eager-inv>(sroa<modify-cfg>)",
                "licm: function<eager-inv>(loop-mssa(licm<a;b>))",
                "require: require<globals-aa>",
                "cgscc: cgscc(devirt<4>(inline,function(instcombine)))"
            ]
        );
    }

    #[test]
    fn finds_level_3() {
        for text in ["default<O3>", "module(thinlto<O3>)", "function(sroa),lto<x;O3>"] {
            assert!(is_aggressive(text), "{text}");
        }
        for text in ["", "default<O2>", "function(O3>)", "a<O33>", "O3", "x<"] {
            assert!(!is_aggressive(text), "{text}");
        }
    }

    #[test]
    fn says_where_it_is_wrong() {
        for (text, position) in
            [("cse,", 4), ("func.func(cse", 13), ("a)", 1), ("a{b", 1), (",", 0), ("a(b)c", 4)]
        {
            assert_eq!(mlir(text).map_err(|e| e.at.start), Err(position), "{text}");
        }
        assert!(mlir(&"a(".repeat(100_000)).is_err());
    }
}
