//! Checked memory: every object is its own allocation.
//!
//! An address itself says which object it belongs to, so a pointer keeps its origin through casts
//! to an integer and back:
//!
//! ```text
//!  63      62..60     59..32          31..0
//!   0      segment    object   2^31 + offset
//! ```
//!
//! Offsets from -2^31 to 2^31 belong to their object, and no object is larger than 2^30 bytes.
//! Objects are numbered in the order of their creation, heap objects separately from variables, so
//! that addresses are the same in every run.

use crate::code::Program;
use crate::layout::LARGEST;
use crate::trap::{Fault, Faulty, TrapKind, fault};

/// What kind of object an address belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Segment {
    /// Globals, and the arguments of the program.
    Global = 1,
    Literal = 2,
    Local = 3,
    Heap = 4,
    /// Not memory: functions have addresses, too.
    Function = 5,
}

/// The low half of the address of an object's first byte.
const BIAS: u64 = 1 << 31;
/// Maximum number of objects of one segment that addresses can distinguish.
const MOST_OBJECTS: usize = 1 << 28;
/// Number of ended variables to keep before their numbers are reused.
const DEAD_LOCALS: usize = 1 << 22;
/// No site: created before the program started, or not ended.
const NOWHERE: u32 = u32::MAX;

/// One object. Its bytes come first, then for each of them 1 if it has been written, else 0.
#[derive(Debug)]
struct Object {
    bytes: Option<Box<[u8]>>,
    /// The program counters at which it was created and freed.
    made: u32,
    ended: u32,
}

impl Object {
    fn size(&self) -> u64 {
        self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64 / 2)
    }
}

/// The memory of a running program.
#[derive(Debug)]
pub(crate) struct Memory {
    /// By segment, from [`Segment::Global`] to [`Segment::Heap`].
    segments: [Vec<Object>; 4],
    /// The variables of running activations, outermost first.
    live_locals: Vec<u32>,
    global_names: Vec<String>,
    /// Bytes in live objects.
    used: u64,
    limit: u64,
}

/// A heap object that was never freed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unfreed {
    pub(crate) size: u64,
    pub(crate) made: u32,
    pub(crate) reachable: bool,
}

fn address(segment: Segment, id: usize) -> u64 {
    (segment as u64) << 60 | (id as u64) << 32 | BIAS
}

/// The index of a segment and of an object in it, and the offset.
fn split(address: u64) -> (usize, usize, i64) {
    let segment = ((address >> 60) as usize).wrapping_sub(1);
    let id = (address >> 32) as usize & (MOST_OBJECTS - 1);
    (segment, id, (address & 0xffff_ffff) as i64 - BIAS as i64)
}

/// Whether `size` bytes at `offset` are inside an object of `whole` bytes.
#[inline]
fn fits(offset: i64, size: u64, whole: u64) -> bool {
    offset >= 0 && size <= whole && offset as u64 <= whole - size
}

/// The address of a function.
pub(crate) fn function_address(index: usize) -> u64 {
    address(Segment::Function, index)
}

/// The address of a global.
pub(crate) fn global_address(index: usize) -> u64 {
    address(Segment::Global, index)
}

/// The address of a string literal.
pub(crate) fn literal_address(index: usize) -> u64 {
    address(Segment::Literal, index)
}

impl Memory {
    /// The memory of a program at its start; `limit` is the maximum number of live bytes.
    pub(crate) fn new(program: &Program, limit: u64) -> Self {
        let whole = |bytes: &[u8]| {
            let mut all = Vec::with_capacity(bytes.len() * 2);
            all.extend_from_slice(bytes);
            all.resize(bytes.len() * 2, 1);
            Object { bytes: Some(all.into()), made: NOWHERE, ended: NOWHERE }
        };
        Self {
            segments: [
                program.globals.iter().map(|global| whole(&global.bytes)).collect(),
                program.literals.iter().map(|bytes| whole(bytes)).collect(),
                Vec::new(),
                Vec::new(),
            ],
            live_locals: Vec::new(),
            global_names: program.globals.iter().map(|global| global.name.clone()).collect(),
            used: 0,
            limit,
        }
    }

    /// The number of heap objects created so far.
    pub(crate) fn allocations(&self) -> u64 {
        self.segments[Segment::Heap as usize - 1].len() as u64
    }

    /// An object created before the program starts, as a global called `name`.
    pub(crate) fn add_global(&mut self, name: &str, bytes: &[u8]) -> u64 {
        let id = self.segments[0].len();
        let mut all = bytes.to_vec();
        all.resize(bytes.len() * 2, 1);
        let object = Object { bytes: Some(all.into()), made: NOWHERE, ended: NOWHERE };
        self.segments[0].push(object);
        self.global_names.push(name.to_owned());
        address(Segment::Global, id)
    }

    fn make(&mut self, segment: Segment, size: u64, made: u32) -> Faulty<u64> {
        let used = self.used.saturating_add(size);
        let objects = &mut self.segments[segment as usize - 1];
        if size > LARGEST || used > self.limit || objects.len() >= MOST_OBJECTS {
            let text =
                format!("an object of {size} bytes is more than the interpreter has room for");
            return Err(fault(TrapKind::OutOfMemory, text));
        }
        self.used = used;
        let id = objects.len();
        let bytes = Some(vec![0; size as usize * 2].into_boxed_slice());
        objects.push(Object { bytes, made, ended: NOWHERE });
        Ok(address(segment, id))
    }

    // --- heap -------------------------------------------------------------------------------

    /// `malloc`; null for sizes that no machine has.
    pub(crate) fn alloc(&mut self, size: u64, made: u32) -> Faulty<u64> {
        if size >= 1 << 47 {
            return Ok(0);
        }
        self.make(Segment::Heap, size, made)
    }

    /// `free`, at `site`.
    pub(crate) fn free(&mut self, pointer: u64, site: u32) -> Faulty<()> {
        if pointer == 0 {
            return Ok(());
        }
        let (segment, id, offset) = split(pointer);
        let object = match self.segments.get(segment).and_then(|objects| objects.get(id)) {
            Some(object) if segment == Segment::Heap as usize - 1 => object,
            _ => {
                let text = format!("free of {}, which is not on the heap", self.describe(pointer));
                return Err(self.explained(TrapKind::BadFree, text, pointer));
            }
        };
        if object.bytes.is_none() {
            let text = "free of a heap object that has been freed already".to_owned();
            return Err(self.explained(TrapKind::DoubleFree, text, pointer));
        }
        if offset != 0 {
            let text = format!(
                "free of a pointer {offset} bytes from the start of {}",
                self.describe(pointer)
            );
            return Err(self.explained(TrapKind::BadFree, text, pointer));
        }
        if let Some(object) = self.segments[segment].get_mut(id) {
            self.used -= object.size();
            object.bytes = None;
            object.ended = site;
        }
        Ok(())
    }

    /// The size of the heap object that starts at `pointer`.
    pub(crate) fn heap_size(&self, pointer: u64) -> Option<u64> {
        let (segment, id, offset) = split(pointer);
        let object = self.segments.get(segment)?.get(id)?;
        let is_start = segment == Segment::Heap as usize - 1 && offset == 0;
        (is_start && object.bytes.is_some()).then(|| object.size())
    }

    // --- variables --------------------------------------------------------------------------

    /// The number of live variables, to be passed to [`Memory::end_locals`] at the end of an
    /// activation.
    pub(crate) fn locals(&self) -> u32 {
        self.live_locals.len() as u32
    }

    /// Creates a variable of the running activation.
    pub(crate) fn local(&mut self, size: u32, made: u32) -> Faulty<u64> {
        let address = self.make(Segment::Local, size.into(), made)?;
        self.live_locals.push(split(address).1 as u32);
        Ok(address)
    }

    /// Ends the latest variables until `left` are live.
    pub(crate) fn end_locals(&mut self, left: u32) {
        let objects = &mut self.segments[Segment::Local as usize - 1];
        while self.live_locals.len() > left as usize {
            let Some(id) = self.live_locals.pop() else { break };
            if let Some(object) = objects.get_mut(id as usize) {
                self.used -= object.size();
                object.bytes = None;
            }
        }
        // Everything after the last live one has ended.
        let end = self.live_locals.last().map_or(0, |&id| id as usize + 1);
        if objects.len() > end + DEAD_LOCALS {
            objects.truncate(end);
        }
    }

    /// Marks every byte of a variable as unwritten.
    pub(crate) fn undefine(&mut self, address: u64) {
        let (segment, id, _) = split(address);
        let object = self.segments.get_mut(segment).and_then(|objects| objects.get_mut(id));
        if let Some(bytes) = object.and_then(|object| object.bytes.as_mut()) {
            let size = bytes.len() / 2;
            if let Some(written) = bytes.get_mut(size..) {
                written.fill(0);
            }
        }
    }

    // --- access -----------------------------------------------------------------------------

    /// The object that contains `size` bytes at `address`, and their offset in it.
    fn view(&self, address: u64, size: u64) -> Faulty<(&[u8], usize)> {
        let (segment, id, offset) = split(address);
        if let Some(object) = self.segments.get(segment).and_then(|objects| objects.get(id))
            && let Some(bytes) = &object.bytes
            && fits(offset, size, bytes.len() as u64 / 2)
        {
            return Ok((bytes, offset as usize));
        }
        Err(self.bad_access(address, size, "read"))
    }

    /// Like [`view`](Self::view), for writing.
    fn view_mut(&mut self, address: u64, size: u64) -> Faulty<(&mut [u8], usize)> {
        let (segment, id, offset) = split(address);
        let object = self.segments.get(segment).and_then(|objects| objects.get(id));
        let inside = object
            .is_some_and(|object| object.bytes.is_some() && fits(offset, size, object.size()));
        if !inside || segment == Segment::Literal as usize - 1 {
            return Err(self.bad_access(address, size, "write"));
        }
        match self.segments[segment].get_mut(id).and_then(|object| object.bytes.as_mut()) {
            Some(bytes) => Ok((bytes, offset as usize)),
            None => Err(fault(TrapKind::OutOfBounds, "write outside memory")),
        }
    }

    /// The scalar of `N` bytes at `address`.
    #[inline]
    pub(crate) fn load<const N: usize>(&self, address: u64) -> Faulty<[u8; N]> {
        let (bytes, at) = self.view(address, N as u64)?;
        let written = bytes.len() / 2 + at;
        let (Some(value), Some(written)) =
            (bytes[at..].first_chunk::<N>(), bytes[written..].first_chunk::<N>())
        else {
            return Err(self.bad_access(address, N as u64, "read"));
        };
        if *written != [1; N] {
            return Err(self.unwritten(address, written.iter().position(|&w| w == 0)));
        }
        if at % N != 0 {
            return Err(self.misaligned(address, N as u32));
        }
        Ok(*value)
    }

    /// Writes a scalar of `N` bytes at `address`.
    #[inline]
    pub(crate) fn store<const N: usize>(&mut self, address: u64, value: [u8; N]) -> Faulty<()> {
        let (bytes, at) = self.view_mut(address, N as u64)?;
        if at % N != 0 {
            return Err(self.misaligned(address, N as u32));
        }
        let written = bytes.len() / 2 + at;
        bytes[at..at + N].copy_from_slice(&value);
        bytes[written..written + N].copy_from_slice(&[1; N]);
        Ok(())
    }

    /// Reads bytes into `to`, and which of them have been written into `written`, which is as long.
    pub(crate) fn read_into(&self, address: u64, to: &mut [u8], written: &mut [u8]) -> Faulty<()> {
        let (bytes, at) = self.view(address, to.len() as u64)?;
        let flags = bytes.len() / 2 + at;
        to.copy_from_slice(&bytes[at..at + to.len()]);
        written.copy_from_slice(&bytes[flags..flags + to.len()]);
        Ok(())
    }

    /// Writes bytes, and which of them count as written: the inverse of [`Memory::read_into`].
    pub(crate) fn write_from(&mut self, address: u64, from: &[u8], written: &[u8]) -> Faulty<()> {
        let (bytes, at) = self.view_mut(address, from.len() as u64)?;
        let flags = bytes.len() / 2 + at;
        bytes[at..at + from.len()].copy_from_slice(from);
        bytes[flags..flags + from.len()].copy_from_slice(written);
        Ok(())
    }

    /// Copies `size` bytes as they are, unwritten ones included; the ranges may overlap.
    pub(crate) fn copy(&mut self, from: u64, to: u64, size: u64) -> Faulty<()> {
        let (source, at) = self.view(from, size)?;
        let flags = source.len() / 2 + at;
        let size = size as usize;
        let bytes = source[at..at + size].to_vec();
        let written = source[flags..flags + size].to_vec();
        self.write_from(to, &bytes, &written)
    }

    /// Sets `size` bytes to `value`.
    pub(crate) fn fill(&mut self, address: u64, value: u8, size: u64) -> Faulty<()> {
        let (bytes, at) = self.view_mut(address, size)?;
        let flags = bytes.len() / 2 + at;
        bytes[at..at + size as usize].fill(value);
        bytes[flags..flags + size as usize].fill(1);
        Ok(())
    }

    /// Writes `from` at `address`.
    pub(crate) fn write(&mut self, address: u64, from: &[u8]) -> Faulty<()> {
        let (bytes, at) = self.view_mut(address, from.len() as u64)?;
        let flags = bytes.len() / 2 + at;
        bytes[at..at + from.len()].copy_from_slice(from);
        bytes[flags..flags + from.len()].fill(1);
        Ok(())
    }

    /// The `size` bytes at `address`, all written.
    pub(crate) fn bytes(&self, address: u64, size: u64) -> Faulty<&[u8]> {
        let (bytes, at) = self.view(address, size)?;
        let flags = bytes.len() / 2 + at;
        let size = size as usize;
        match bytes[flags..flags + size].iter().position(|&written| written == 0) {
            Some(first) => Err(self.unwritten(address, Some(first))),
            None => Ok(&bytes[at..at + size]),
        }
    }

    /// The string at `address`, without its terminating zero, and at most `most` bytes of it.
    pub(crate) fn text(&self, address: u64, most: u64) -> Faulty<&[u8]> {
        if most == 0 {
            return Ok(&[]);
        }
        let (bytes, at) = self.view(address, 1)?;
        let size = bytes.len() / 2;
        let end = (size as u64).min((at as u64).saturating_add(most)) as usize;
        let text = bytes[at..end].iter().position(|&byte| byte == 0);
        // An unwritten zero does not end the string: the first unwritten byte is the defect.
        let looked_at = text.map_or(end - at, |zero| zero + 1);
        let written = &bytes[size + at..size + at + looked_at];
        if let Some(first) = written.iter().position(|&written| written == 0) {
            return Err(self.unwritten(address, Some(first)));
        }
        match text {
            Some(zero) => Ok(&bytes[at..at + zero]),
            None if (end - at) as u64 == most => Ok(&bytes[at..end]),
            None => Err(self.bad_access(address + (end - at) as u64, 1, "read")),
        }
    }

    // --- leaks ------------------------------------------------------------------------------

    /// Every heap object not freed, in the order of their creation. An object is reachable if a
    /// chain of pointers (to any of its bytes) leads to it from globals, live variables or `roots`.
    pub(crate) fn unfreed(&self, roots: impl IntoIterator<Item = u64>) -> Vec<Unfreed> {
        let heap = &self.segments[Segment::Heap as usize - 1];
        let mut reached = vec![false; heap.len()];
        let mut found: Vec<usize> = Vec::new();
        let mut visit = |word: u64, found: &mut Vec<usize>| {
            let (segment, id, _) = split(word);
            if segment == Segment::Heap as usize - 1
                && heap.get(id).is_some_and(|object| object.bytes.is_some())
                && let Some(reached) = reached.get_mut(id)
                && !std::mem::replace(reached, true)
            {
                found.push(id);
            }
        };
        for word in roots {
            visit(word, &mut found);
        }
        let live = self.live_locals.iter().filter_map(|&id| self.segments[2].get(id as usize));
        for object in self.segments[0].iter().chain(live) {
            for word in words(object) {
                visit(word, &mut found);
            }
        }
        while let Some(id) = found.pop() {
            for word in heap.get(id).into_iter().flat_map(words) {
                visit(word, &mut found);
            }
        }
        heap.iter()
            .zip(reached)
            .filter(|(object, _)| object.bytes.is_some())
            .map(|(object, reachable)| Unfreed {
                size: object.size(),
                made: object.made,
                reachable,
            })
            .collect()
    }

    // --- faults -----------------------------------------------------------------------------

    /// What an address belongs to, in words.
    pub(crate) fn describe(&self, address: u64) -> String {
        let (segment, id, _) = split(address);
        let object = self.segments.get(segment).and_then(|objects| objects.get(id));
        let size = object.map_or(0, Object::size);
        match (segment.wrapping_add(1), object) {
            (1, Some(_)) => {
                format!("{} of {size} bytes", self.global_names[id])
            }
            (2, Some(_)) => format!("a string literal of {size} bytes"),
            (3, Some(object)) if object.bytes.is_some() => format!("a variable of {size} bytes"),
            (3, _) => "a variable of a function that has returned".into(),
            (4, Some(object)) if object.bytes.is_some() => format!("a heap object of {size} bytes"),
            (4, Some(_)) => "a freed heap object".into(),
            (5, _) => "a function".into(),
            _ => format!("the address {address:#x}"),
        }
    }

    #[cold]
    fn bad_access(&self, address: u64, size: u64, what: &str) -> Box<Fault> {
        let (segment, id, offset) = split(address);
        let object = self.segments.get(segment).and_then(|objects| objects.get(id));
        let owner = self.describe(address);
        let bytes = if size == 1 { "1 byte".to_owned() } else { format!("{size} bytes") };
        if !(4096..=u64::MAX - 4096).contains(&address) {
            let text = format!("{what} of {bytes} through a null pointer");
            return fault(TrapKind::NullDereference, text);
        }
        match object {
            Some(Object { bytes: None, .. }) => {
                let text = format!("{what} of {bytes} in {owner}");
                self.explained(TrapKind::UseAfterFree, text, address)
            }
            Some(object)
                if segment == Segment::Literal as usize - 1
                    && what == "write"
                    && fits(offset, size, object.size()) =>
            {
                fault(TrapKind::ReadOnly, format!("{what} to a string literal"))
            }
            Some(_) => {
                let text = format!("{what} of {bytes} at offset {offset} of {owner}");
                self.explained(TrapKind::OutOfBounds, text, address)
            }
            None if segment == Segment::Local as usize - 1 => {
                fault(TrapKind::UseAfterFree, format!("{what} of {bytes} in {owner}"))
            }
            None => {
                let text = format!("{what} of {bytes} at {owner}, where there is no object");
                fault(TrapKind::OutOfBounds, text)
            }
        }
    }

    #[cold]
    fn unwritten(&self, address: u64, first: Option<usize>) -> Box<Fault> {
        let at = address.wrapping_add(first.unwrap_or(0) as u64);
        let (_, _, offset) = split(at);
        let text = format!(
            "read of memory that has no value yet: byte {offset} of {}",
            self.describe(address)
        );
        self.explained(TrapKind::Uninitialised, text, address)
    }

    #[cold]
    fn misaligned(&self, address: u64, align: u32) -> Box<Fault> {
        let (_, _, offset) = split(address);
        let text = format!(
            "access of a value that must lie at a multiple of {align} bytes, at offset {offset} of {}",
            self.describe(address)
        );
        self.explained(TrapKind::Misaligned, text, address)
    }

    /// A fault that shows where the object was created and freed.
    #[cold]
    fn explained(&self, kind: TrapKind, message: String, address: u64) -> Box<Fault> {
        let (segment, id, _) = split(address);
        let mut related = Vec::new();
        if let Some(object) = self.segments.get(segment).and_then(|objects| objects.get(id)) {
            let made = match segment.wrapping_add(1) {
                4 => "the object is allocated here",
                _ => "the variable is declared here",
            };
            related.extend((object.made != NOWHERE).then_some((object.made, made)));
            related.extend((object.ended != NOWHERE).then_some((object.ended, "it is freed here")));
        }
        Box::new(Fault { kind, message, related })
    }
}

/// The words of an object that can be pointers.
fn words(object: &Object) -> impl Iterator<Item = u64> + '_ {
    let bytes = object.bytes.as_deref().unwrap_or_default();
    let size = bytes.len() / 2;
    bytes[..size].chunks_exact(8).map(|word| {
        let mut value = [0; 8];
        value.copy_from_slice(word);
        u64::from_le_bytes(value)
    })
}
