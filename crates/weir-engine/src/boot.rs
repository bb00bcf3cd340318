//! Opening a cluster directory: which cluster it is, how much of it is to be believed, and the
//! first change, which registers the brokers.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_wire::messages::broker_registration_change_record::BrokerRegistrationChangeRecord;
use weir_wire::messages::feature_level_record::FeatureLevelRecord;
use weir_wire::{Str, Uuid};

use crate::controller::{Behind, Draft, Subject, guard_min_isr, leave_one, rejoin};
use crate::engine::{Host, OpenError};
use crate::engine_config::{BrokerConfig, EngineConfig};
use crate::features;
use crate::fs::Fs;
use crate::image::{BrokerImage, Effect, Image};
use crate::log::Recovery;
use crate::metadata::{MetadataError, Replay, registration};
use crate::partition::PartitionEnv;

const META_PROPERTIES_MAX_BYTES: u64 = 64 << 10;
/// Where a broker's log dirs are, in the order of `log.dirs`: labels, with `meta.properties` and nothing
/// else in them.
pub(crate) fn log_dirs(config: &EngineConfig, broker: i32) -> Vec<PathBuf> {
    let folder = config.directory.join(format!("broker-{broker}"));
    config.log_dir_names().iter().map(|name| folder.join(name)).collect()
}

/// Marks of the last run, in `metadata/`.
#[derive(Debug)]
pub(crate) struct Marks {
    dir: PathBuf,
}

impl Marks {
    pub(crate) fn of(directory: &Path) -> Self {
        Self { dir: directory.join("metadata") }
    }

    fn clean(&self) -> PathBuf {
        self.dir.join("clean")
    }

    fn boot_id(&self) -> PathBuf {
        self.dir.join("boot-id")
    }

    /// How far to believe what is on disk (`engine.md` section 3).
    pub(crate) fn recovery(&self, fs: &dyn Fs, boot_id: &str) -> Result<Recovery, OpenError> {
        let io = |e| OpenError::Io("look for metadata/clean".to_owned(), e);
        let clean = fs.exists(&self.clean()).map_err(io)?;
        Ok(match (clean, !boot_id.is_empty() && self.last_boot(fs) == boot_id.as_bytes()) {
            (true, _) => Recovery::Clean,
            (false, true) => Recovery::SameBoot,
            (false, false) => Recovery::PowerLoss,
        })
    }

    fn last_boot(&self, fs: &dyn Fs) -> Vec<u8> {
        fs.read(&self.boot_id(), 1 << 10).unwrap_or_default()
    }

    /// The `clean` marker is taken away for this run.
    pub(crate) fn begin(&self, fs: &dyn Fs) -> Result<(), OpenError> {
        let io = |what: &'static str| move |e| OpenError::Io(what.to_owned(), e);
        fs.create_dir_all(&self.dir).map_err(io("make metadata/"))?;
        if fs.exists(&self.clean()).map_err(io("look for metadata/clean"))? {
            fs.remove_file(&self.clean()).map_err(io("remove metadata/clean"))?;
            // It must not come back by a power loss after records were written.
            fs.sync_dir(&self.dir).map_err(io("sync metadata/"))?;
        }
        Ok(())
    }

    /// Leaves this run's boot id for the next: a kill can have torn no more than the last writes. Not before all
    /// is recovered that a power loss may have torn.
    pub(crate) fn note_boot(&self, fs: &dyn Fs, boot_id: &str) -> std::io::Result<()> {
        if self.last_boot(fs) == boot_id.as_bytes() {
            return Ok(());
        }
        fs.replace(&self.boot_id(), boot_id.as_bytes(), false)
    }

    /// Everything is on disk: the next start believes it.
    pub(crate) fn end(&self, fs: &dyn Fs) -> std::io::Result<()> {
        fs.replace(&self.clean(), b"", false)?;
        fs.sync_dir(&self.dir)
    }
}

/// The cluster's id: from `metadata/meta.properties`, or a new one.
pub(crate) fn cluster_id(host: &Host, directory: &Path) -> Result<Str, OpenError> {
    let path = directory.join("metadata").join("meta.properties");
    let exists = host.fs.exists(&path);
    if !exists.map_err(|e| OpenError::Io(format!("look for {}", path.display()), e))? {
        let id = host.rng.uuid().to_string();
        write_meta_properties(host.fs.as_ref(), &path, &id, 3000, host.rng.uuid(), true)?;
        return Ok(Str::from(id));
    }
    let name = path.display().to_string();
    let bytes = host
        .fs
        .read(&path, META_PROPERTIES_MAX_BYTES)
        .map_err(|e| OpenError::Io(format!("read {name}"), e))?;
    let text = String::from_utf8(bytes)
        .map_err(|e| OpenError::MetaProperties(name.clone(), e.to_string()))?;
    let id = text.lines().find_map(|line| line.trim().strip_prefix("cluster.id="));
    id.map(Str::from)
        .ok_or_else(|| OpenError::MetaProperties(name, "cluster.id is missing".to_owned()))
}

fn write_meta_properties(
    fs: &dyn Fs,
    path: &Path,
    cluster_id: &str,
    node_id: i32,
    directory_id: Uuid,
    durable: bool,
) -> Result<(), OpenError> {
    let io = |e| OpenError::Io(format!("write {}", path.display()), e);
    if let Some(dir) = path.parent() {
        fs.create_dir_all(dir).map_err(io)?;
    }
    let text = format!(
        "version=1\ncluster.id={cluster_id}\nnode.id={node_id}\ndirectory.id={directory_id}\n"
    );
    fs.replace(path, text.as_bytes(), durable).map_err(io)
}

/// How the name of a log's directory ends that is kept though no partition is known for it.
pub(crate) const STRAY: &str = "stray";
/// How the name of a deleted topic's directory ends.
pub(crate) const DELETED: &str = "delete";

/// The names of logs' directories in `dir`, strays left out; none when it does not exist.
pub(crate) fn list_logs(fs: &dyn Fs, dir: &Path) -> Result<HashSet<String>, OpenError> {
    let is_stray = |name: &str| name.rsplit_once('-').is_some_and(|(_, end)| end == STRAY);
    match fs.list(dir) {
        Ok(entries) => {
            let dirs = entries.into_iter().filter(|entry| entry.is_dir).map(|entry| entry.name);
            Ok(dirs.filter(|name| !is_stray(name)).collect())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(HashSet::new()),
        Err(error) => Err(OpenError::Io(format!("list {}", dir.display()), error)),
    }
}

/// An empty metadata log beside partitions was taken away, or cut: every topic was a change in it.
///
/// # Errors
/// `Damaged`, before anything is made of it.
pub(crate) fn refuse_lost(env: &PartitionEnv, replay: &Replay) -> Result<(), MetadataError> {
    if replay.end_offset > 0 {
        return Ok(());
    }
    let mut dirs = env.unopened_dirs();
    dirs.retain(|name| !name.ends_with(DELETED));
    dirs.sort_unstable();
    match dirs.first() {
        None => Ok(()),
        Some(first) => Err(MetadataError::Damaged(format!(
            "it is empty, though {} holds the logs of {} partitions ({first} among them). Nothing was changed: \
             restore metadata/__cluster_metadata-0 from a copy, or move the cluster's folder away and begin anew",
            env.data_dir().display(),
            dirs.len()
        ))),
    }
}

/// The topics that the replayed changes removed, by id: what is left of their logs can go.
pub(crate) type Removed = HashSet<Uuid>;

/// The image that the metadata log makes. Partitions are told what they are, not what to do: their
/// logs are not open yet.
pub(crate) fn replayed(
    mut image: Image,
    replay: Replay,
) -> Result<(Image, Removed), MetadataError> {
    let (mut effects, mut removed) = (Vec::new(), Removed::new());
    for record in &replay.records {
        image.apply(record, &mut effects)?;
        for effect in effects.drain(..) {
            match effect {
                Effect::Partition(partition, assignment) => partition.reset(assignment),
                Effect::Settings(topics) => {
                    for (topic, settings) in topics {
                        topic.shared().set_settings(settings);
                    }
                }
                Effect::Removed(topic) => {
                    removed.insert(topic.id());
                    topic.shared().mark_deleted();
                }
            }
        }
    }
    image.end_offset = replay.end_offset;
    Ok((image, removed))
}

/// The first change of a run: features in a new cluster, every broker registered with a new epoch,
/// and what follows from all of them running. `raise_epochs` after a power loss without a clean
/// stop: consumers then notice a lost tail.
pub(crate) fn register_all(
    draft: &mut Draft<'_>,
    config: &EngineConfig,
    host: &Host,
    raise_epochs: bool,
) -> Result<Vec<Behind>, MetadataError> {
    // Also those that an older engine, which made the cluster, did not have: a level that someone chose
    // stays, 0 included.
    for feature in features::supported() {
        if !draft.image.features().contains_key(feature.name) {
            draft.push(FeatureLevelRecord {
                name: Str::from_static(feature.name),
                feature_level: feature.level,
                ..Default::default()
            })?;
        }
    }
    guard_min_isr(draft)?;
    for broker in &config.brokers {
        let registered = broker_image(draft, config, broker, host);
        draft.push(registration(&registered))?;
    }
    if raise_epochs {
        for subject in Subject::all(draft.image, |a| a.leader >= 0) {
            if subject.handle.has_data() {
                subject.raise_epoch(draft)?;
            }
        }
    }
    let ids: Vec<i32> = config.brokers.iter().map(|b| b.id).collect();
    fence_absent(draft, &ids)?;
    rejoin(draft, &ids)
}

/// Brokers that the metadata knows and that are no longer configured do not run: they are fenced, lead
/// nothing and leave the ISRs, as after their session's end. Their replicas stay assigned.
fn fence_absent(draft: &mut Draft<'_>, configured: &[i32]) -> Result<(), MetadataError> {
    let absent = draft.image.brokers().filter(|b| !configured.contains(&b.id));
    let absent: Vec<(i32, i64, bool)> = absent.map(|b| (b.id, b.epoch, b.fenced)).collect();
    for &(id, ..) in &absent {
        draft.image.env().power().set(id, false);
    }
    for (broker_id, broker_epoch, fenced) in absent {
        if !fenced {
            draft.push(BrokerRegistrationChangeRecord {
                broker_id,
                broker_epoch,
                fenced: 1,
                ..Default::default()
            })?;
        }
        for subject in Subject::all(draft.image, |a| a.is_replica(broker_id)) {
            subject.handle.freeze(broker_id);
            leave_one(draft, &subject, broker_id)?;
        }
    }
    Ok(())
}

/// The known ids of log dirs, and new ones for those that are new.
fn dir_ids(known: &[Uuid], count: usize, host: &Host) -> Vec<Uuid> {
    let new = std::iter::repeat_with(|| host.rng.uuid());
    known.iter().copied().chain(new).take(count).collect()
}

fn broker_image(
    draft: &Draft<'_>,
    config: &EngineConfig,
    broker: &BrokerConfig,
    host: &Host,
) -> BrokerImage {
    let known = draft.image.broker(broker.id).map_or(&[][..], |b| b.log_dirs.as_slice());
    BrokerImage {
        epoch: draft.next_offset(),
        log_dirs: dir_ids(known, config.log_dir_names().len(), host),
        ..new_broker(config, broker, host)
    }
}

/// A broker that was never registered here; its epoch is given with its registration.
pub(crate) fn new_broker(config: &EngineConfig, broker: &BrokerConfig, host: &Host) -> BrokerImage {
    BrokerImage {
        id: broker.id,
        epoch: -1,
        incarnation: host.rng.uuid(),
        host: Str::from(broker.advertised_host.as_str()),
        port: broker.advertised_port,
        rack: broker.rack.as_deref().map(Str::from),
        fenced: false,
        in_controlled_shutdown: false,
        log_dirs: dir_ids(&[], config.log_dir_names().len(), host),
        offline_dirs: Vec::new(),
    }
}

/// Writes `meta.properties` of log dirs that have none, or `all`: what a power loss left of them is
/// not known.
pub(crate) fn write_log_dirs(
    image: &Arc<Image>,
    host: &Host,
    config: &EngineConfig,
    all: bool,
) -> Result<(), OpenError> {
    for broker in image.brokers() {
        write_log_dirs_of(broker, image.cluster_id(), host, config, all)?;
    }
    Ok(())
}

/// As [`write_log_dirs`], of one broker.
pub(crate) fn write_log_dirs_of(
    broker: &BrokerImage,
    cluster_id: &str,
    host: &Host,
    config: &EngineConfig,
    all: bool,
) -> Result<(), OpenError> {
    let fs = host.fs.as_ref();
    for (dir, directory_id) in log_dirs(config, broker.id).iter().zip(&broker.log_dirs) {
        let path = dir.join("meta.properties");
        let exists = fs.exists(&path);
        let exists =
            exists.map_err(|e| OpenError::Io(format!("look for {}", path.display()), e))?;
        if all || !exists {
            write_meta_properties(fs, &path, cluster_id, broker.id, *directory_id, false)?;
        }
    }
    Ok(())
}
