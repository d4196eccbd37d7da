//! Memory that there is not: an error, not a crash.

use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicBool, Ordering};

/// An allocator that ends the process with exit code 1 and a message when `A` has no more memory.
/// Otherwise Rust's library aborts, which is taken for a bug.
#[derive(Debug)]
pub struct OrEnd<A>(pub A);

// SAFETY: `A` does the work; a process that has ended needs no memory.
unsafe impl<A: GlobalAlloc> GlobalAlloc for OrEnd<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as for this function.
        or_end(unsafe { self.0.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as for this function.
        or_end(unsafe { self.0.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: as for this function.
        or_end(unsafe { self.0.realloc(memory, layout, bytes) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as for this function.
        unsafe { self.0.dealloc(memory, layout) }
    }
}

fn or_end(memory: *mut u8) -> *mut u8 {
    if memory.is_null() {
        out_of_memory();
    }
    memory
}

/// Ends the process with exit code 1: there is no more memory. What it started is killed and its
/// temporary files are removed, as far as that is possible without memory.
#[cold]
pub fn out_of_memory() -> ! {
    const MESSAGE: &[u8] = b"error: out of memory\n";
    static ENDING: AtomicBool = AtomicBool::new(false);
    // Cleaning up allocates a little. What failed was likely large; if not, there is nothing to do.
    if ENDING.swap(true, Ordering::Relaxed) {
        // SAFETY: ends the process without running anything of it.
        unsafe { libc::_exit(1) }
    }
    // SAFETY: the text is readable; nothing can be done about a failure.
    unsafe { libc::write(2, MESSAGE.as_ptr().cast(), MESSAGE.len()) };
    crate::end_process(1)
}
