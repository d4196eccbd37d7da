//! C functions that programs may call without defining them.
//!
//! Programs declare their own prototypes, with 64-bit integers where C has `int`. Arguments are
//! truncated to C's type; a 32-bit result leaves zeros in the upper half of the register, as on
//! x86-64.

mod maths;
mod memory;
mod number;
mod printf;
mod script;
mod stdio;
mod text;

use luma_ir::{Context, Type};
use rustc_hash::FxHashMap;

use crate::machine::{End, Machine};
use crate::trap::{Fault, Faulty, TrapKind, fault};

/// The most parameters a known function has.
pub(crate) const MOST_ARGS: usize = 6;

/// A known function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostFunction {
    pub(crate) name: &'static str,
    run: Run,
}

/// The contents of open files by the address of their handle.
pub(crate) type Files = FxHashMap<u64, Vec<u8>>;

/// The environment: names, values, and the address of a value once it has been asked for.
pub(crate) type Environment = FxHashMap<Vec<u8>, (Vec<u8>, u64)>;

/// How execution continues after a call.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Flow {
    /// The program continues with this value in the result register.
    Next(u64),
    /// The program ends.
    End(End),
}

type Args = [u64; MOST_ARGS];

/// The implementation of a host function.
#[derive(Clone, Copy, Debug)]
enum Run {
    F64(fn(f64) -> f64),
    F64x2(fn(f64, f64) -> f64),
    F32(fn(f32) -> f32),
    F32x2(fn(f32, f32) -> f32),
    Char(fn(i32) -> i32),
    Machine(fn(&mut Machine<'_, '_>, &Args) -> Faulty<Flow>),
    /// Also receives the number of arguments.
    Variadic(fn(&mut Machine<'_, '_>, &Args, usize) -> Faulty<Flow>),
}

/// An entry of a table: name, types and code. Types are the result and the parameters: `v`oid,
/// 32-bit `i`nt, `l`ong or size, `p`ointer, `d`ouble, `f`loat; a final `*` is any number of
/// integers and pointers.
type Entry = (&'static str, &'static str, Run);

const TABLES: &[&[Entry]] =
    &[text::TABLE, memory::TABLE, number::TABLE, stdio::TABLE, maths::TABLE];

/// Why a function cannot be called.
#[derive(Debug)]
pub(crate) enum NotFound {
    /// No function of that name is known.
    Unknown,
    /// The parameters and the result of the known function, which differ from the prototype.
    Signature(String),
}

/// The C function called `name`, for a prototype of these types; `scripted` adds `ask`.
pub(crate) fn find(
    context: &Context,
    name: &str,
    params: &[Type],
    results: &[Type],
    scripted: bool,
) -> Result<HostFunction, NotFound> {
    let script = if scripted { script::TABLE } else { &[] };
    let mut entries = script.iter().chain(TABLES.iter().flat_map(|table| table.iter()));
    let &(name, types, run) = entries.find(|entry| entry.0 == name).ok_or(NotFound::Unknown)?;
    let (result, wanted) = types.split_at(1);
    let (wanted, variadic) = match wanted.strip_suffix('*') {
        Some(wanted) => (wanted, true),
        None => (wanted, false),
    };
    let is_pointer = |ty: Type| context.is_ptr(ty);
    let param_fits = |ty: Type, class: u8| match class {
        b'p' | b'l' => ty == Type::I64 || is_pointer(ty),
        b'i' => ty.is_int() || ty == Type::I1,
        b'd' => ty == Type::F64,
        _ => ty == Type::F32,
    };
    let result_fits = |ty: Type| match result {
        "i" | "l" | "p" => ty.is_int() || ty == Type::I1 || is_pointer(ty),
        "d" => ty == Type::F64,
        "f" => ty == Type::F32,
        _ => false,
    };
    let count_fits = match variadic {
        true => (wanted.len()..=MOST_ARGS).contains(&params.len()),
        false => params.len() == wanted.len(),
    };
    let rest = params.iter().skip(wanted.len());
    let fits = count_fits
        && rest.copied().all(|ty| ty.is_int() || ty == Type::I1 || is_pointer(ty))
        && params.iter().zip(wanted.bytes()).all(|(&ty, class)| param_fits(ty, class))
        && results.iter().all(|&ty| result_fits(ty));
    if fits {
        return Ok(HostFunction { name, run });
    }
    let list: Vec<&str> = wanted.bytes().map(class_name).collect();
    let mut list = if list.is_empty() { "nothing".into() } else { list.join(", ") };
    if variadic {
        list.push_str(", some integers and pointers");
    }
    let result = class_name(result.bytes().next().unwrap_or(b'v'));
    Err(NotFound::Signature(format!("takes {list} and returns {result}")))
}

fn class_name(class: u8) -> &'static str {
    match class {
        b'i' | b'l' => "an integer",
        b'p' => "a pointer",
        b'd' => "a double",
        b'f' => "a float",
        _ => "nothing",
    }
}

/// Calls `function`.
pub(crate) fn call(
    machine: &mut Machine<'_, '_>,
    function: HostFunction,
    args: &Args,
    count: usize,
) -> Faulty<Flow> {
    let f64 = |i: usize| f64::from_bits(args[i]);
    let f32 = |i: usize| f32::from_bits(args[i] as u32);
    let value = match function.run {
        Run::F64(run) => run(f64(0)).to_bits(),
        Run::F64x2(run) => run(f64(0), f64(1)).to_bits(),
        Run::F32(run) => run(f32(0)).to_bits().into(),
        Run::F32x2(run) => run(f32(0), f32(1)).to_bits().into(),
        Run::Char(run) => int(run(args[0] as i32)),
        Run::Variadic(run) => {
            return run(machine, args, count).map_err(|why| in_function(why, function));
        }
        Run::Machine(run) => return run(machine, args).map_err(|why| in_function(why, function)),
    };
    Ok(Flow::Next(value))
}

/// What a register of type `ty` holds when a function leaves `value` in the result register.
pub(crate) fn converted(value: u64, ty: Type) -> u64 {
    match ty {
        Type::I8 => i64::from(value as i8) as u64,
        Type::I1 => value & 1,
        _ => value,
    }
}

/// C's 32-bit `int` in a register.
fn int(value: i32) -> u64 {
    u64::from(value as u32)
}

fn next(value: u64) -> Faulty<Flow> {
    Ok(Flow::Next(value))
}

#[cold]
fn in_function(mut why: Box<Fault>, function: HostFunction) -> Box<Fault> {
    why.message.push_str(&format!(" (in `{}`)", function.name));
    why
}

#[cold]
fn bad_argument(text: &str) -> Box<Fault> {
    fault(TrapKind::BadArgument, text)
}
