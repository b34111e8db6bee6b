//! Memory that the process no longer needs, given back to the system.

/// Gives back the free memory of all parts of the heap. The allocator of the GNU C library keeps in each thread's part what a storm of requests left free there, until
/// that thread needs it again; it takes about a millisecond for each 10 MB. Elsewhere, allocators do so by themselves and this does nothing.
#[cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(
        unsafe_code,
        reason = "a function of the C library that takes no pointer and may be called at any time, from any thread"
    )
)]
pub(crate) fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: malloc_trim(3) is thread-safe, and its argument is a number of bytes to leave at the top of the heap.
    unsafe {
        libc::malloc_trim(0);
    }
}
