//! The codec against Kafka's own Java classes: the same random messages, decoded and then encoded in
//! every version by both. Bytes are equal, and where one refuses so does the other.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use weir_wire::testing::{Codec, Random, Schema, sample, schemas};

use crate::codegen::jars::{self, Jars};

/// Random values of each message in each version.
const SAMPLES: u64 = 50;
/// Of them as many are given again with a byte changed.
const CHANGED: u64 = 20;

struct Case {
    schema: &'static Schema,
    version: i16,
    bytes: Bytes,
    /// A byte was changed: it may be no message any more.
    changed: bool,
}

/// How often both agreed.
#[derive(Default)]
struct Agreed {
    encoded: usize,
    refused: usize,
    /// Changed bytes that both take for no message, and those that only we refuse.
    undecodable: usize,
    stricter: usize,
}

pub(crate) fn run() -> Result<()> {
    let Some(jars) = jars::fetch("the codec against Kafka's Java classes")? else { return Ok(()) };
    let started = Instant::now();
    let cases = cases();
    let folder = std::env::temp_dir().join(format!("weir-parity-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let outcome = judge(&jars, &cases, &folder);
    std::fs::remove_dir_all(&folder)?;
    let Agreed { encoded, refused, undecodable, stricter } = outcome?;
    println!(
        "parity: {} messages, {} values, {encoded} encodings equal Java's, {refused} refused by both; \
         of changed bytes {undecodable} decoded by neither, {stricter} by Java alone; {:.1} s",
        schemas().len(),
        cases.len(),
        started.elapsed().as_secs_f32()
    );
    Ok(())
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for schema in schemas() {
        for version in schema.versions.clone() {
            for seed in 0..SAMPLES {
                let mut random = Random::new(seed);
                let mut bytes = sample(schema, version, &mut random).bytes;
                cases.push(Case { schema, version, bytes: bytes.clone().into(), changed: false });
                if seed < CHANGED && !bytes.is_empty() {
                    let place = random.below(bytes.len());
                    bytes[place] = random.draw() as u8;
                    cases.push(Case { schema, version, bytes: bytes.into(), changed: true });
                }
            }
        }
    }
    cases
}

fn judge(jars: &Jars, cases: &[Case], folder: &Path) -> Result<Agreed> {
    let (input, output) = (folder.join("cases"), folder.join("verdicts"));
    write_cases(cases, &input)?;
    jars.run_java("Parity.java", &[&input, &output])?;
    let mut verdicts = BufReader::new(File::open(output)?);
    let mut agreed = Agreed::default();
    for case in cases {
        compare(case, &mut verdicts, &mut agreed).with_context(|| {
            let Case { schema, version, bytes, .. } = case;
            format!("{} version {version}: {}", schema.name, hex(bytes))
        })?;
    }
    Ok(agreed)
}

fn write_cases(cases: &[Case], path: &Path) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for Case { schema, version, bytes, .. } in cases {
        out.write_all(&(schema.name.len() as u16).to_be_bytes())?;
        out.write_all(schema.name.as_bytes())?;
        out.write_all(&version.to_be_bytes())?;
        out.write_all(&(bytes.len() as u32).to_be_bytes())?;
        out.write_all(bytes)?;
    }
    out.flush().context("writing the cases")
}

fn compare(case: &Case, verdicts: &mut impl Read, agreed: &mut Agreed) -> Result<()> {
    let javas = Verdict::read(verdicts)?;
    ensure!(javas.versions == case.schema.versions, "Java knows versions {:?}", javas.versions);
    let codec = Codec::named(case.schema.name).context("no codec")?;
    let message = match (codec.decode(case.bytes.clone(), case.version), javas.decoded) {
        (Ok(message), true) => message,
        (Ok(message), false) => bail!("we decode what Java refuses: {message:?}"),
        (Err(error), _) if !case.changed => bail!("we do not decode it: {error}"),
        (Err(_), javas) => {
            let counter = if javas { &mut agreed.stricter } else { &mut agreed.undecodable };
            *counter += 1;
            return Ok(());
        }
    };
    for (version, javas) in javas.versions.zip(javas.encodings) {
        match (message.encode(version), javas) {
            (Ok(ours), Some(javas)) if ours == javas => agreed.encoded += 1,
            (Err(_), None) => agreed.refused += 1,
            // Unknown tags out of order: Java keeps them so and cannot write them, we put them in order.
            (Ok(_), None) if case.changed => {}
            (ours, javas) => {
                let ours = ours.map_or_else(|error| error.to_string(), |bytes| hex(&bytes));
                let javas = javas.map_or_else(|| "a refusal".into(), |bytes| hex(&bytes));
                bail!("as version {version} Java writes {javas}, we {ours}")
            }
        }
    }
    Ok(())
}

/// What Java made of one case.
struct Verdict {
    decoded: bool,
    versions: RangeInclusive<i16>,
    encodings: Vec<Option<Vec<u8>>>,
}

impl Verdict {
    fn read(from: &mut impl Read) -> Result<Self> {
        let decoded = read::<1>(from)? == [1];
        let versions = i16::from_be_bytes(read(from)?)..=i16::from_be_bytes(read(from)?);
        let encodings = versions.clone().map(|_| next(from)).collect::<Result<_>>()?;
        Ok(Self { decoded, versions, encodings })
    }
}

fn next(verdicts: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let Ok(length) = usize::try_from(i32::from_be_bytes(read(verdicts)?)) else { return Ok(None) };
    let mut bytes = vec![0; length];
    verdicts.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

fn read<const N: usize>(from: &mut impl Read) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes).context("Java's verdicts end early")?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
