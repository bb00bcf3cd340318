//! The codec against Kafka's own Java classes: the same random messages, decoded and then encoded in
//! every version by both. Bytes are equal, and where one refuses so does the other.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use weir_wire::testing::{Codec, Random, Schema, sample, schemas};

use crate::codegen::jars::{self, Jars};

/// Random values of each message in each version.
const SAMPLES: u64 = 30;

struct Case {
    schema: &'static Schema,
    version: i16,
    bytes: Bytes,
}

pub(crate) fn run() -> Result<()> {
    let Some(jars) = jars::fetch("the codec against Kafka's Java classes")? else { return Ok(()) };
    let started = Instant::now();
    let cases = cases();
    let folder = std::env::temp_dir().join(format!("weir-parity-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let outcome = judge(&jars, &cases, &folder);
    std::fs::remove_dir_all(&folder)?;
    let (encoded, refused) = outcome?;
    println!(
        "parity: {} messages, {} random values, {encoded} encodings equal Java's, {refused} refused \
         by both, in {:.1} s",
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
                let bytes = sample(schema, version, &mut Random::new(seed)).bytes.into();
                cases.push(Case { schema, version, bytes });
            }
        }
    }
    cases
}

fn judge(jars: &Jars, cases: &[Case], folder: &Path) -> Result<(usize, usize)> {
    let (input, output) = (folder.join("cases"), folder.join("verdicts"));
    write_cases(cases, &input)?;
    jars.run_java("Parity.java", &[&input, &output])?;
    let mut verdicts = BufReader::new(File::open(output)?);
    let (mut encoded, mut refused) = (0, 0);
    for case in cases {
        let (more, none) = compare(case, &mut verdicts).with_context(|| {
            let Case { schema, version, bytes } = case;
            format!("{} version {version}: {}", schema.name, hex(bytes))
        })?;
        encoded += more;
        refused += none;
    }
    Ok((encoded, refused))
}

fn write_cases(cases: &[Case], path: &Path) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for Case { schema, version, bytes } in cases {
        out.write_all(&(schema.name.len() as u16).to_be_bytes())?;
        out.write_all(schema.name.as_bytes())?;
        out.write_all(&version.to_be_bytes())?;
        out.write_all(&(bytes.len() as u32).to_be_bytes())?;
        out.write_all(bytes)?;
    }
    out.flush().context("writing the cases")
}

/// How many versions both encoded alike, and how many both refused.
fn compare(case: &Case, verdicts: &mut impl Read) -> Result<(usize, usize)> {
    let decoded = read::<1>(verdicts)? == [1];
    ensure!(decoded, "Java does not decode it");
    let low = i16::from_be_bytes(read(verdicts)?);
    let high = i16::from_be_bytes(read(verdicts)?);
    ensure!((low..=high) == case.schema.versions, "Java knows versions {low} to {high}");
    let codec = Codec::named(case.schema.name).context("no codec")?;
    let message = codec.decode(case.bytes.clone(), case.version)?;
    let (mut encoded, mut refused) = (0, 0);
    for version in low..=high {
        let javas = next(verdicts)?;
        match (message.encode(version), javas) {
            (Ok(ours), Some(javas)) if ours == javas => encoded += 1,
            (Err(_), None) => refused += 1,
            (Ok(ours), Some(javas)) => {
                bail!("as version {version} Java writes {}, we {}", hex(&javas), hex(&ours))
            }
            (Ok(ours), None) => bail!("as version {version} Java refuses, we write {}", hex(&ours)),
            (Err(error), Some(javas)) => {
                bail!("as version {version} Java writes {}, we refuse: {error}", hex(&javas))
            }
        }
    }
    Ok((encoded, refused))
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
