//! What is behind an address that does not answer as Kafka does: asked as the window's connection test asks, once the
//! ordinary way has failed.

use weir_api::ApiError;
use weir_api::dto::TextArg;
use weir_core::client::{Address, ClientError, ErrorKind, ErrorStep, recognise};

use crate::trouble::Trouble;

/// The same trouble, or what answers there where that is no Kafka.
pub(crate) async fn diagnosed(trouble: Trouble) -> Trouble {
    let Some(address) = silent(&trouble) else { return trouble };
    let Some(what) = recognise(&address).await else { return trouble };
    Trouble::Client(Box::new(ClientError {
        host: address.host,
        port: address.port,
        step: ErrorStep::ApiVersions,
        api: "ApiVersions",
        kind: ErrorKind::NotKafka(what),
    }))
}

/// Who took the connection and did not answer Kafka's first request.
fn silent(trouble: &Trouble) -> Option<Address> {
    match trouble {
        Trouble::Client(error) => {
            let mute = matches!(error.kind, ErrorKind::TimedOut(_) | ErrorKind::Closed(_));
            let found = Address { host: error.host.clone(), port: error.port };
            (mute && error.step == ErrorStep::ApiVersions).then_some(found)
        }
        Trouble::Api(error) => of_api(error),
        _ => None,
    }
}

/// The hints are those that the core gives for the first request alone.
fn of_api(error: &ApiError) -> Option<Address> {
    let hint = error.hint.as_ref()?.id;
    if !matches!(hint, "hint.no_answer" | "hint.plaintext_only") {
        return None;
    }
    let word = |name| match error.text.args.get(name)? {
        TextArg::Word(word) => Some(word.clone()),
        TextArg::Number(number) => Some(number.to_string()),
    };
    Some(Address { host: word("host")?, port: word("port")?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use weir_core::Failure;

    use super::*;

    fn error(step: ErrorStep, kind: ErrorKind) -> ClientError {
        ClientError { host: "here".to_owned(), port: 9, step, api: "ApiVersions", kind }
    }

    #[test]
    fn who_is_mute_at_the_first_request_is_asked_by_whichever_way_it_came() {
        let closed = || ErrorKind::Closed("reset".to_owned());
        let late = || ErrorKind::TimedOut(Duration::from_secs(5));
        for kind in [closed(), late()] {
            let error = error(ErrorStep::ApiVersions, kind);
            let of_core = Trouble::from(Failure::from(&error));
            for trouble in [Trouble::from(error), of_core] {
                let address = silent(&trouble).unwrap();
                assert_eq!((&*address.host, address.port), ("here", 9), "{trouble:?}");
            }
        }
        for (step, kind) in [
            (ErrorStep::Request, late()),
            (ErrorStep::Request, closed()),
            (ErrorStep::Tcp, ErrorKind::Refused),
        ] {
            let error = error(step, kind);
            assert_eq!(silent(&Trouble::from(Failure::from(&error))), None, "{error}");
            assert_eq!(silent(&Trouble::from(error)), None);
        }
    }
}
