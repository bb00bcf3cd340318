//! Who may call: a one-time code, shown to this user only, is exchanged for a bearer that a browser keeps.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::anyhow;

/// How long a code can be exchanged.
pub(crate) const CODE_LIFETIME: Duration = Duration::from_secs(60);
/// Browsers that can be signed in at once; the oldest is forgotten.
const BEARERS_MAX: usize = 64;
const BYTES: usize = 32;

#[derive(Debug, Default)]
pub(crate) struct Sessions {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    code: Option<(String, Instant)>,
    bearers: Vec<String>,
}

/// Secrets do not print.
impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("bearers", &self.bearers.len()).finish_non_exhaustive()
    }
}

impl Sessions {
    /// A fresh code; an older one is void from now on.
    pub(crate) fn new_code(&self) -> anyhow::Result<String> {
        let code = random()?;
        self.lock().code = Some((code.clone(), Instant::now()));
        Ok(code)
    }

    /// The bearer for a code, once and within its time.
    pub(crate) fn exchange(&self, code: &str) -> Option<String> {
        let mut state = self.lock();
        let (known, made) = state.code.as_ref()?;
        if made.elapsed() > CODE_LIFETIME || !same(known, code) {
            return None;
        }
        state.code = None;
        let bearer = random().ok()?;
        if state.bearers.len() == BEARERS_MAX {
            state.bearers.remove(0);
        }
        state.bearers.push(bearer.clone());
        Some(bearer)
    }

    pub(crate) fn knows(&self, bearer: &str) -> bool {
        self.lock().bearers.iter().any(|known| same(known, bearer))
    }

    /// Whether the code still waits to be exchanged.
    pub(crate) fn code_waits(&self) -> bool {
        self.lock().code.as_ref().is_some_and(|(_, made)| made.elapsed() <= CODE_LIFETIME)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn random() -> anyhow::Result<String> {
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).map_err(|e| anyhow!("no random bytes: {e}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// In a time that does not tell where they differ.
fn same(a: &str, b: &str) -> bool {
    let differ = a.bytes().zip(b.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
    a.len() == b.len() && differ == 0
}
