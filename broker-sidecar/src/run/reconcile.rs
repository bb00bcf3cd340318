//! Flags and `cluster.json`: written at the first start, equal ever after.
use std::path::Path;

use weir_control::files::ClusterFile;

use crate::StartError;
use crate::flags::RunFlags;

/// The cluster as the flags ask for it, where `stored` is what an earlier start wrote.
///
/// # Errors
/// [`StartError::Differs`] where a flag asks for something else than `stored`.
pub(crate) fn reconcile(
    stored: Option<ClusterFile>,
    flags: &RunFlags,
) -> Result<ClusterFile, StartError> {
    let Some(stored) = stored else { return Ok(first(flags)) };
    if let Err((field, what)) = stored.check() {
        let path = flags.dir.join("cluster.json");
        return Err(StartError::BadCluster { path, field, what });
    }
    same("--brokers", Some(&stored.brokers), flags.brokers.as_ref())?;
    same("--host", stored.host.as_ref(), flags.host.as_ref())?;
    same("--advertise", stored.advertise.as_ref(), flags.advertise.as_ref())?;
    let port = stored.port.filter(|p| *p != 0).or(stored.ports.first().copied());
    same("--port", port.as_ref(), flags.port.filter(|p| *p != 0).as_ref())?;
    for (key, value) in &flags.set {
        same(&format!("--set {key}"), stored.static_configs.get(key), Some(value))?;
    }
    Ok(stored)
}

fn first(flags: &RunFlags) -> ClusterFile {
    let mut cluster = ClusterFile::new(name_of(&flags.dir), flags.brokers.unwrap_or(1));
    cluster.host = flags.host.clone();
    cluster.advertise = flags.advertise.clone();
    cluster.port = flags.port;
    cluster.static_configs = flags.set.iter().cloned().collect();
    cluster
}

/// A cluster that no host named is called as its folder.
fn name_of(dir: &Path) -> String {
    let absolute = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    absolute.file_name().map_or_else(|| "cluster".to_owned(), |n| n.to_string_lossy().into_owned())
}

fn same<T: PartialEq + std::fmt::Display>(
    flag: &str,
    stored: Option<&T>,
    asked: Option<&T>,
) -> Result<(), StartError> {
    match (stored, asked) {
        (_, None) => Ok(()),
        (Some(stored), Some(asked)) if stored == asked => Ok(()),
        (stored, Some(asked)) => Err(StartError::Differs {
            flag: flag.to_owned(),
            stored: stored.map_or_else(|| "at its default".to_owned(), ToString::to_string),
            asked: asked.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags() -> RunFlags {
        RunFlags { brokers: Some(3), ..RunFlags::of("/d/shop") }
    }

    #[test]
    fn the_first_start_writes_what_the_flags_say() {
        let asked = RunFlags {
            port: Some(21400),
            set: vec![("num.partitions".to_owned(), "6".to_owned())],
            ..flags()
        };
        let cluster = reconcile(None, &asked).unwrap();
        assert_eq!(
            (cluster.name.as_str(), cluster.brokers, cluster.port),
            ("shop", 3, Some(21400))
        );
        assert_eq!(cluster.static_configs["num.partitions"], "6");
    }

    #[test]
    fn no_flags_mean_the_cluster_as_it_is() {
        let stored = reconcile(None, &flags()).unwrap();
        assert_eq!(reconcile(Some(stored.clone()), &RunFlags::of("/d/shop")).unwrap(), stored);
        assert_eq!(reconcile(Some(stored.clone()), &flags()).unwrap(), stored);
    }

    #[test]
    fn what_a_hand_spoiled_is_refused_by_file_and_field() {
        let spoiled = ClusterFile { ids: vec![1, 3, 3], ..reconcile(None, &flags()).unwrap() };
        let text = reconcile(Some(spoiled), &flags()).unwrap_err().to_string();
        assert!(text.starts_with("\"ids\" in /d/shop/cluster.json: "), "{text}");
        let mut changed = reconcile(None, &flags()).unwrap();
        changed.set_brokers(vec![(3, 30), (1, 10), (4, 40)]);
        assert_eq!((changed.ids.clone(), changed.ports.clone()), (vec![1, 3, 4], vec![10, 30, 40]));
        assert!(reconcile(Some(changed), &RunFlags::of("/d/shop")).is_ok());
    }

    #[test]
    fn a_different_flag_is_refused_in_one_sentence() {
        let stored =
            ClusterFile { ports: vec![9092, 9093, 9094], ..reconcile(None, &flags()).unwrap() };
        let refused = |asked: RunFlags, words: &str| {
            let text = reconcile(Some(stored.clone()), &asked).unwrap_err().to_string();
            assert!(text.contains(words), "{text}");
        };
        refused(RunFlags { brokers: Some(5), ..flags() }, "made with --brokers 3, not 5");
        refused(RunFlags { port: Some(1), ..flags() }, "made with --port 9092, not 1");
        refused(RunFlags { host: Some("0.0.0.0".to_owned()), ..flags() }, "--host at its default");
        let set = vec![("num.partitions".to_owned(), "6".to_owned())];
        refused(RunFlags { set, ..flags() }, "--set num.partitions at its default, not 6");
    }
}
