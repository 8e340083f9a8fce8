//! An allocator that only moves forward. The last block grows in place, so a
//! buffer that is appended to is not copied at each growth.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::cell::Cell;
use core::ptr::null_mut;

const PAGE: usize = 65536;

extern "C" {
    /// Where the linker's own data ends.
    static __heap_base: u8;
}

struct Heap {
    /// The first free address; 0 before the first block.
    next: Cell<usize>,
}

// SAFETY: a module instance has one thread.
unsafe impl Sync for Heap {}

#[global_allocator]
static HEAP: Heap = Heap { next: Cell::new(0) };

impl Heap {
    /// Moves the end of the used memory to `end`, unless memory is exhausted.
    fn reserve(&self, end: usize) -> bool {
        let pages = end.div_ceil(PAGE);
        let present = memory_size(0);
        if pages > present && memory_grow(0, pages - present) == usize::MAX {
            return false;
        }
        self.next.set(end);
        true
    }
}

// SAFETY: blocks are aligned, inside the memory, and never overlap.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let free = self.next.get().max(&raw const __heap_base as usize);
        let start = free.next_multiple_of(layout.align());
        match start.checked_add(layout.size()) {
            Some(end) if self.reserve(end) => start as *mut u8,
            _ => null_mut(),
        }
    }

    unsafe fn dealloc(&self, _block: *mut u8, _layout: Layout) {}

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let start = block as usize;
        if start + layout.size() == self.next.get() {
            return match start.checked_add(size) {
                Some(end) if self.reserve(end) => block,
                _ => null_mut(),
            };
        }
        let copy = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
        if !copy.is_null() {
            copy.copy_from_nonoverlapping(block, layout.size().min(size));
        }
        copy
    }
}
