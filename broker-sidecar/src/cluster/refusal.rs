use weir_control::DirError;
use weir_control::api::BrokerState;
use weir_control::files::ClusterFile;

use crate::control::KeyTaken;

/// Why something is not done to a broker.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    #[error("Broker {id} does not exist")]
    NoSuchBroker { id: i32, ids: Vec<i32> },
    #[error("Broker {id} has no log dir {name:?}")]
    NoSuchLogDir { id: i32, name: String, names: Vec<String> },
    #[error("Broker {id} has no other log dir that is online")]
    LastLogDir { id: i32 },
    #[error("Broker {id} is {}", words(*.state))]
    WrongState { id: i32, state: BrokerState },
    #[error("A cluster on this machine has at most {} brokers", ClusterFile::BROKERS_MAX)]
    TooMany,
    #[error("Broker {id} cannot be removed: no other broker runs")]
    LastBroker { id: i32 },
    #[error("Another broker is being added or removed just now")]
    Busy,
    #[error("The idempotency key was used for another request before")]
    KeyTaken,
    #[error("Broker {id} is not being removed")]
    NotRemoving { id: i32 },
    #[error(transparent)]
    Dir(#[from] DirError),
}

impl From<KeyTaken> for ActError {
    fn from(_: KeyTaken) -> Self {
        Self::KeyTaken
    }
}

impl ActError {
    /// What to do instead.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoSuchBroker { ids, .. } => Some(format!("Brokers are {}", listed(ids))),
            Self::NoSuchLogDir { names, .. } => {
                Some(format!("By log.dirs there are {}", names.join(", ")))
            }
            Self::LastLogDir { .. } => Some("Stop the broker instead".to_owned()),
            Self::LastBroker { .. } => Some("Start or add another broker first".to_owned()),
            Self::Busy => Some("Wait until that has ended".to_owned()),
            Self::KeyTaken => Some("Take a new key for each request".to_owned()),
            Self::WrongState { .. } | Self::TooMany | Self::NotRemoving { .. } | Self::Dir(_) => {
                None
            }
        }
    }
}

/// `1 to 3`, or one by one where some are missing.
fn listed(ids: &[i32]) -> String {
    match ids {
        [first, .., last] if i32::try_from(ids.len()) == Ok(last - first + 1) => {
            format!("{first} to {last}")
        }
        _ => ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

fn words(state: BrokerState) -> &'static str {
    match state {
        BrokerState::Running => "running already",
        BrokerState::Stopping => "stopping just now",
        BrokerState::Stopped | BrokerState::Killed => "stopped already",
        BrokerState::Starting => "starting just now",
        BrokerState::Unknown => "in an unknown state",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_listed_shortly() {
        assert_eq!(listed(&[1, 2, 3]), "1 to 3");
        assert_eq!(listed(&[1, 3]), "1, 3");
        assert_eq!(listed(&[2]), "2");
    }
}
