//! What is secret is kept where it has to be, and neither logged nor told (CVE-2026-33558).

use std::path::Path;

use weir_wire::messages::alter_user_scram_credentials_request::{
    AlterUserScramCredentialsRequest, ScramCredentialUpsertion,
};
use weir_wire::messages::describe_configs_request::{
    DescribeConfigsRequest, DescribeConfigsResource,
};
use weir_wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use weir_wire::{Bytes, Str};

use crate::asking::Asking;
use crate::process::Broker;

const SALT: &[u8] = b"salt-that-nobody-may-read";
const SALTED: &[u8] = b"salted-password-of-exactly-32-by";
const PASSWORD: &str = "password-of-the-key-store";
const KEY: &str = "listener.name.plaintext.ssl.keystore.password";
const BROKER: i8 = 4;
const SHA_256: i8 = 1;

#[test]
fn credentials_and_passwords_are_neither_logged_nor_told() {
    let temp = tempfile::tempdir().unwrap();
    let mut broker = Broker::start_logging(temp.path(), &["--port", "0"], "trace");
    let mut asking = Asking::connect(broker.ready.brokers[0].port);
    make_user(&mut asking);
    set_password(&mut asking);
    assert_eq!(told(&mut asking), None, "a sensitive value is never told");
    broker.terminate();
    let logs = everything_below(&temp.path().join("logs"));
    assert!(!logs.is_empty(), "there are logs to look at");
    for secret in [SALT, SALTED, PASSWORD.as_bytes()] {
        for shape in shapes(secret) {
            assert!(!contains(&logs, &shape), "{} is logged", String::from_utf8_lossy(&shape));
        }
    }
}

fn make_user(asking: &mut Asking) {
    let user = ScramCredentialUpsertion {
        name: Str::from("ada"),
        mechanism: SHA_256,
        iterations: 4_096,
        salt: Bytes::from_static(SALT),
        salted_password: Bytes::from_static(SALTED),
        ..Default::default()
    };
    let request = AlterUserScramCredentialsRequest { upsertions: vec![user], ..Default::default() };
    let answer = asking.ask(&request, 0).unwrap();
    assert_eq!(answer.results[0].error_code, 0, "{:?}", answer.results[0].error_message);
}

fn set_password(asking: &mut Asking) {
    let config = AlterableConfig {
        name: Str::from(KEY),
        config_operation: 0,
        value: Some(Str::from(PASSWORD)),
        ..Default::default()
    };
    let resource = AlterConfigsResource {
        resource_type: BROKER,
        resource_name: Str::from("1"),
        configs: vec![config],
        ..Default::default()
    };
    let request =
        IncrementalAlterConfigsRequest { resources: vec![resource], ..Default::default() };
    let answer = asking.ask(&request, 1).unwrap();
    assert_eq!(answer.responses[0].error_code, 0, "{:?}", answer.responses[0].error_message);
}

fn told(asking: &mut Asking) -> Option<Str> {
    let resource = DescribeConfigsResource {
        resource_type: BROKER,
        resource_name: Str::from("1"),
        configuration_keys: Some(vec![Str::from(KEY)]),
        ..Default::default()
    };
    let request = DescribeConfigsRequest {
        resources: vec![resource],
        include_synonyms: true,
        ..Default::default()
    };
    let mut answer = asking.ask(&request, 4).unwrap();
    let config = answer.results.remove(0).configs.remove(0);
    assert!(config.is_sensitive);
    assert!(config.synonyms.iter().all(|s| s.value.is_none()), "nor among its synonyms");
    config.value
}

/// A secret as text, as hexadecimal digits and as Rust's list of numbers: whatever a log might hold.
fn shapes(secret: &[u8]) -> [Vec<u8>; 3] {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let numbers: Vec<String> = secret.iter().map(u8::to_string).collect();
    [secret.to_vec(), hex.into_bytes(), numbers.join(", ").into_bytes()]
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn everything_below(dir: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    files.flat_map(|file| std::fs::read(file).unwrap()).collect()
}
