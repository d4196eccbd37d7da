//! Errors and diagnostics of MLIR.

use std::cell::RefCell;
use std::ffi::c_void;
use std::fmt;
use std::rc::Rc;

use luma_diagnostics::{Code, Diagnostic, FileId, SourceMap, Span};
use mlir_sys as sys;

/// A position in a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MlirPosition {
    /// The file name, as given to the parser or found in a `loc(...)`.
    pub file: String,
    /// Line, from 1; 0 if MLIR has none.
    pub line: u32,
    /// Column in bytes, from 1; 0 if MLIR has none.
    pub column: u32,
}

/// A message with its location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MlirMessage {
    /// The text, without a position.
    pub text: String,
    /// The position, if the location refers to a file.
    pub position: Option<MlirPosition>,
}

/// Why a step of MLIR failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MlirError {
    /// The step that failed, such as `parsing` or `pass convert-scf-to-cf`.
    pub step: String,
    /// The errors in the order MLIR found them; never empty.
    pub errors: Vec<MlirMessage>,
    /// The notes attached to the errors.
    pub notes: Vec<MlirMessage>,
}

impl MlirError {
    /// An error that does not come from MLIR, without a position.
    pub(crate) fn new(step: impl Into<String>, text: impl Into<String>) -> Self {
        let error = MlirMessage { text: text.into(), position: None };
        Self { step: step.into(), errors: vec![error], notes: Vec::new() }
    }

    /// The first error.
    pub fn message(&self) -> &str {
        self.errors.first().map_or("", |error| &error.text)
    }

    /// The position of the first error.
    pub fn position(&self) -> Option<&MlirPosition> {
        self.errors.first()?.position.as_ref()
    }

    /// One diagnostic per error, with code `code`. Positions in files of `sources` become labels,
    /// others are kept in the text.
    pub fn into_diagnostics(self, code: Code, sources: &SourceMap) -> Vec<Diagnostic> {
        let step = self.step;
        let mut diagnostics: Vec<Diagnostic> = self
            .errors
            .iter()
            .map(|error| {
                let text = format!("{step}: {}", first_line(&error.text));
                match error.position.as_ref().and_then(|at| find_span(at, sources)) {
                    Some(span) => Diagnostic::new(code, span, text),
                    None => Diagnostic::unlocated(code, text),
                }
            })
            .collect();
        if let Some(first) = diagnostics.first_mut() {
            // The "see current operation" notes print whole functions; one line tells enough.
            first.notes.extend(self.notes.iter().map(|note| first_line(&note.text).to_owned()));
        }
        diagnostics
    }
}

impl fmt::Display for MlirError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step, self.message())?;
        if let Some(at) = self.position() {
            write!(f, " (at {}:{}:{})", at.file, at.line, at.column)?;
        }
        Ok(())
    }
}

impl std::error::Error for MlirError {}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(text).trim_end()
}

/// The empty range at `at`, if one of the files of `sources` has its name.
fn find_span(at: &MlirPosition, sources: &SourceMap) -> Option<Span> {
    let (id, file): (FileId, _) = sources.files().find(|(_, file)| file.name() == at.file)?;
    let line = file.text().split('\n').nth(at.line.checked_sub(1)? as usize)?;
    let line_start = line.as_ptr() as usize - file.text().as_ptr() as usize;
    let column = (at.column.saturating_sub(1) as usize).min(line.len());
    let mut offset = line_start + column;
    while !file.text().is_char_boundary(offset) {
        offset -= 1;
    }
    let offset = u32::try_from(offset).ok()?;
    let end = match file.text().get(offset as usize..).and_then(|rest| rest.chars().next()) {
        Some(c) if c != '\n' => offset + c.len_utf8() as u32,
        _ => offset,
    };
    Some(Span::new(id, offset, end))
}

#[derive(Debug, Default)]
struct Collected {
    errors: Vec<MlirMessage>,
    notes: Vec<MlirMessage>,
}

/// Collects the diagnostics of one context, so that MLIR prints nothing to stderr.
#[derive(Debug, Clone, Default)]
pub(crate) struct Collector(Rc<RefCell<Collected>>);

impl Collector {
    /// Attaches to `context`, until the context is destroyed or the handler detached.
    pub(crate) fn attach(&self, context: sys::MlirContext) -> sys::MlirDiagnosticHandlerID {
        let user_data = Rc::into_raw(Rc::clone(&self.0)).cast_mut().cast::<c_void>();
        // SAFETY: `user_data` is one strong count of the Rc, which `release` gives back when the
        // context goes; the context is alive.
        unsafe {
            sys::mlirContextAttachDiagnosticHandler(
                context,
                Some(collect),
                user_data,
                Some(release),
            )
        }
    }

    /// Discards the diagnostics collected so far.
    pub(crate) fn clear(&self) {
        *self.0.borrow_mut() = Collected::default();
    }

    /// Whether the last failure is only that the text is not exactly one op.
    pub(crate) fn says_not_one_op(&self) -> bool {
        let collected = self.0.borrow();
        collected.errors.len() == 1
            && collected.errors.iter().all(|e| e.text.contains("single top-level op"))
    }

    /// Takes the diagnostics collected so far as the error of `step`; its text is `otherwise` if there
    /// are none.
    pub(crate) fn take_error(&self, step: &str, otherwise: &str) -> MlirError {
        let collected = std::mem::take(&mut *self.0.borrow_mut());
        if collected.errors.is_empty() {
            return MlirError::new(step, otherwise);
        }
        MlirError { step: step.to_owned(), errors: collected.errors, notes: collected.notes }
    }
}

unsafe extern "C" fn release(user_data: *mut c_void) {
    // SAFETY: the pointer is the strong count that `attach` gave away.
    drop(unsafe { Rc::from_raw(user_data.cast::<RefCell<Collected>>()) });
}

unsafe extern "C" fn collect(
    diagnostic: sys::MlirDiagnostic,
    user_data: *mut c_void,
) -> sys::MlirLogicalResult {
    const HANDLED: sys::MlirLogicalResult = sys::MlirLogicalResult { value: 1 };
    // SAFETY: `user_data` is the Rc's pointer and lives as long as the handler; the diagnostic
    // lives during this call. No code below can unwind into C++: allocation failure aborts, the
    // borrow is a `try`.
    unsafe {
        let cell = &*user_data.cast::<RefCell<Collected>>();
        let Ok(mut collected) = cell.try_borrow_mut() else { return HANDLED };
        let message = read_message(diagnostic);
        match sys::mlirDiagnosticGetSeverity(diagnostic) {
            sys::MlirDiagnosticSeverity_MlirDiagnosticError => collected.errors.push(message),
            _ => collected.notes.push(message),
        }
        for index in 0..sys::mlirDiagnosticGetNumNotes(diagnostic) {
            let note = sys::mlirDiagnosticGetNote(diagnostic, index);
            collected.notes.push(read_message(note));
        }
    }
    HANDLED
}

unsafe fn read_message(diagnostic: sys::MlirDiagnostic) -> MlirMessage {
    let mut text = Vec::new();
    // SAFETY: the diagnostic is alive, and `text` outlives the call that fills it.
    unsafe {
        let sink = (&raw mut text).cast::<c_void>();
        sys::mlirDiagnosticPrint(diagnostic, Some(append), sink);
        MlirMessage {
            text: String::from_utf8_lossy(&text).trim_end().to_owned(),
            position: read_position(sys::mlirDiagnosticGetLocation(diagnostic), 16),
        }
    }
}

/// The position of `op`, if its location refers to a file.
///
/// # Safety
/// The op is alive.
pub(crate) unsafe fn position_of(op: sys::MlirOperation) -> Option<MlirPosition> {
    // SAFETY: as for this function.
    unsafe { read_position(sys::mlirOperationGetLocation(op), 8) }
}

/// Follows `location` to a file; `depth` bounds the chain of wrapped locations.
unsafe fn read_position(location: sys::MlirLocation, depth: u32) -> Option<MlirPosition> {
    // SAFETY: locations are immortal while their context lives, and each accessor is called on
    // the kind of location it is for.
    unsafe {
        if depth == 0 {
            None
        } else if sys::mlirLocationIsAFileLineColRange(location) {
            let name = sys::mlirLocationFileLineColRangeGetFilename(location);
            let line = sys::mlirLocationFileLineColRangeGetStartLine(location);
            let column = sys::mlirLocationFileLineColRangeGetStartColumn(location);
            Some(MlirPosition {
                file: string_of(sys::mlirIdentifierStr(name)),
                line: u32::try_from(line).unwrap_or(0),
                column: u32::try_from(column).unwrap_or(0),
            })
        } else if sys::mlirLocationIsAName(location) {
            read_position(sys::mlirLocationNameGetChildLoc(location), depth - 1)
        } else if sys::mlirLocationIsACallSite(location) {
            read_position(sys::mlirLocationCallSiteGetCallee(location), depth - 1)
        } else if sys::mlirLocationIsAFused(location) {
            let count = sys::mlirLocationFusedGetNumLocations(location) as usize;
            let mut parts = vec![location; count];
            sys::mlirLocationFusedGetLocations(location, parts.as_mut_ptr());
            parts.into_iter().find_map(|part| read_position(part, depth - 1))
        } else {
            None
        }
    }
}

/// Copies the text that `string` refers to.
pub(crate) unsafe fn string_of(string: sys::MlirStringRef) -> String {
    if string.data.is_null() || string.length == 0 {
        return String::new();
    }
    // SAFETY: a non-null MlirStringRef covers `length` readable bytes.
    let bytes = unsafe { std::slice::from_raw_parts(string.data.cast::<u8>(), string.length) };
    String::from_utf8_lossy(bytes).into_owned()
}

/// The callback MLIR prints through; `sink` is a `Vec<u8>`.
pub(crate) unsafe extern "C" fn append(string: sys::MlirStringRef, sink: *mut c_void) {
    if string.data.is_null() {
        return;
    }
    // SAFETY: every caller passes a pointer to a live Vec<u8>, and the string is readable during
    // the call.
    unsafe {
        let bytes = std::slice::from_raw_parts(string.data.cast::<u8>(), string.length);
        (*sink.cast::<Vec<u8>>()).extend_from_slice(bytes);
    }
}

/// `text` as an MLIR string reference; valid as long as `text`.
pub(crate) fn string_ref(text: &str) -> sys::MlirStringRef {
    sys::MlirStringRef { data: text.as_ptr().cast(), length: text.len() }
}
