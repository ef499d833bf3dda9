//! How far has the work on a file come, and is it still wanted?
//!
//! Unpacking reads a file in small pieces, in whatever order it is packed; each piece that is fetched counts, and none is
//! worth more than a few milliseconds of work. Once the caller has said stop, every further piece fails, so that what
//! passes over failures ends too.

use std::cell::{Cell, RefCell};
use std::io;
use std::ops::ControlFlow;

use super::Progress;
use super::error::Error;

/// Bytes between two calls of the progress function.
const STEP: u64 = 1 << 14;

/// Bytes to be read, and which part of the file's own they stand for.
#[derive(Clone, Copy, Debug)]
struct Pass {
    from: u64,
    to: u64,
    done: u64,
    total: u64,
}

impl Pass {
    /// The byte of the file that stands for as many as are done.
    fn at(self) -> u64 {
        let span = u128::from(self.to - self.from);
        let done = u128::from(self.done.min(self.total)) * span / u128::from(self.total.max(1));
        self.from + done as u64
    }
}

/// The progress function of whoever waits for a file, and how far it is.
pub(super) struct Watch<'p> {
    progress: RefCell<&'p mut Progress<'p>>,
    /// Bytes of the file.
    size: u64,
    pass: Cell<Pass>,
    /// Bytes since the last call.
    untold: Cell<u64>,
    is_stopped: Cell<bool>,
}

impl<'p> Watch<'p> {
    /// Before the first byte.
    pub fn new(progress: &'p mut Progress<'_>, size: u64) -> Self {
        Self {
            progress: RefCell::new(progress),
            size,
            pass: Cell::new(Pass { from: 0, to: 0, done: 0, total: 0 }),
            untold: Cell::new(0),
            is_stopped: Cell::new(false),
        }
    }

    /// Begins a pass over so many bytes, at whose end that share of the work is done.
    pub fn pass(&self, share: f64, total: u64) {
        let from = self.pass.get().to;
        let to = ((self.size as f64 * share) as u64).clamp(from, self.size);
        self.pass.set(Pass { from, to, done: 0, total });
    }

    /// Counts bytes. While the text is being read, which tells itself how far it is, they count for nothing.
    ///
    /// # Errors
    /// [`Error::Aborted`].
    pub fn add(&self, n: u64) -> Result<(), Error> {
        self.check()?;
        let (pass, untold) = (self.pass.get(), self.untold.get() + n);
        self.pass.set(Pass { done: pass.done.saturating_add(n), ..pass });
        self.untold.set(untold);
        if untold < STEP {
            return Ok(());
        }
        self.untold.set(0);
        match self.progress.try_borrow_mut() {
            Ok(mut progress) => self.tell(&mut **progress),
            Err(_) => Ok(()),
        }
    }

    /// Tells that the work begins.
    ///
    /// # Errors
    /// [`Error::Aborted`].
    pub fn start(&self) -> Result<(), Error> {
        self.tell(&mut **self.progress.borrow_mut())
    }

    /// Tells that all is done.
    ///
    /// # Errors
    /// [`Error::Aborted`].
    pub fn end(&self) -> Result<(), Error> {
        self.pass.set(Pass { from: self.size, to: self.size, done: 0, total: 0 });
        self.tell(&mut **self.progress.borrow_mut())
    }

    fn tell(&self, progress: &mut Progress<'_>) -> Result<(), Error> {
        self.check()?;
        self.is_stopped.set(progress(self.pass.get().at(), self.size).is_break());
        self.check()
    }

    /// Fails once the caller has said stop.
    ///
    /// # Errors
    /// [`Error::Aborted`].
    pub fn check(&self) -> Result<(), Error> {
        if !self.is_stopped.get() {
            return Ok(());
        }
        Err(Error::Aborted { bytes_done: self.pass.get().at() })
    }

    /// A reader whose bytes count.
    pub fn counted<'s>(
        &'s self,
        read_at: impl Fn(u64, &mut [u8]) -> io::Result<usize> + 's,
    ) -> impl Fn(u64, &mut [u8]) -> io::Result<usize> + 's {
        move |at, into| {
            let n = read_at(at, into)?;
            self.add(n as u64).map_err(io::Error::other)?;
            Ok(n)
        }
    }

    /// The rest of the work, which tells itself how far it is.
    pub fn rest<T>(&self, work: impl FnOnce(&mut Progress<'_>) -> T) -> T {
        let last = Pass { from: self.pass.get().to, to: self.size, done: 0, total: 0 };
        let mut progress = self.progress.borrow_mut();
        work(&mut |done, total| {
            if self.check().is_ok() {
                self.pass.set(Pass { done, total, ..last });
            }
            match self.tell(&mut **progress) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })
    }
}
