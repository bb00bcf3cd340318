//! Names of clusters, which are names of folders too.

use std::fs::DirEntry;
use std::path::Path;
use std::time::Duration;

use crate::core::Core;
use crate::failure::{Failure, Result};
use crate::text::{Text, TextId};

/// As in Amazon MSK.
pub(super) const NAME_MAX: usize = 64;
const SUGGESTED: &str = "my-cluster";
/// An empty folder is looked at for so long whether it becomes a cluster.
const BECOMES_LOOKS: u32 = 10;
const BECOMES_PAUSE: Duration = Duration::from_millis(10);

impl Core {
    /// What is wrong with `name` for a new cluster; `None` when it may be taken.
    pub fn check_cluster_name(&self, name: &str) -> Result<Option<Text>> {
        if let Some(problem) = malformed(name) {
            return Ok(Some(problem));
        }
        if let Some(by) = self.name_taken(name, None)? {
            return Ok(Some(TextId::ClusterNameTaken.with("name", by)));
        }
        let folder = self.home().cluster(name);
        if !folder.exists() {
            return Ok(None);
        }
        let path = folder.display().to_string();
        Ok(Some(match becomes_cluster(&folder) {
            true => TextId::ClusterNameTaken.with("name", name),
            false => TextId::ClusterFolderTaken.with("path", path),
        }))
    }

    /// `my-cluster`, or the first free of `my-cluster-2`, `my-cluster-3` ...
    pub(super) fn suggest_cluster_name(&self) -> Result<String> {
        let numbered = (2..).map(|n| format!("{SUGGESTED}-{n}"));
        for name in std::iter::once(SUGGESTED.to_owned()).chain(numbered) {
            if self.check_cluster_name(&name)?.is_none() {
                return Ok(name);
            }
        }
        Ok(SUGGESTED.to_owned())
    }

    /// Which cluster or connection has the name, as it is written there. Letter case aside: the same folder on some systems.
    /// The profile `except` may have it.
    pub(super) fn name_taken(&self, name: &str, except: Option<&str>) -> Result<Option<String>> {
        let same = |other: &str| other.eq_ignore_ascii_case(name);
        if let Some(local) = self.registry().locals().into_iter().find(|local| same(&local.id)) {
            return Ok(Some(local.id));
        }
        let profiles = self.store().profiles().map_err(Failure::internal)?;
        let mut others = profiles.into_iter().filter(|one| Some(one.id.as_str()) != except);
        let taken = others.find(|one| same(&one.name) || same(&one.id));
        Ok(taken.map(|profile| profile.name))
    }
}

/// Whether a folder is a cluster's that another process makes at this moment: its `cluster.json` comes after it.
fn becomes_cluster(folder: &Path) -> bool {
    for _ in 0..BECOMES_LOOKS {
        if folder.join("cluster.json").exists() {
            return true;
        }
        let is_half_made =
            |entry: DirEntry| entry.file_name().to_string_lossy().starts_with(".cluster.json.");
        let is_bare = std::fs::read_dir(folder)
            .is_ok_and(|mut entries| entries.all(|entry| entry.is_ok_and(is_half_made)));
        if !is_bare {
            break;
        }
        std::thread::sleep(BECOMES_PAUSE);
    }
    folder.join("cluster.json").exists()
}

fn malformed(name: &str) -> Option<Text> {
    if name.is_empty() {
        return Some(TextId::ClusterNameEmpty.into());
    }
    if name.len() > NAME_MAX {
        return Some(TextId::ClusterNameLong.with("max", NAME_MAX));
    }
    if let Some(odd) = name.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
        return Some(TextId::ClusterNameCharacter.with("character", odd.to_string()));
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Some(TextId::ClusterNameDash.into());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_being_made_a_cluster_is_not_somebody_else_s() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!becomes_cluster(dir.path()), "it stays empty");
        std::thread::scope(|scope| {
            let found = scope.spawn(|| becomes_cluster(dir.path()));
            std::thread::sleep(2 * BECOMES_PAUSE);
            std::fs::write(dir.path().join("cluster.json"), "{}").unwrap();
            assert!(found.join().unwrap());
        });
        std::fs::remove_file(dir.path().join("cluster.json")).unwrap();
        std::fs::write(dir.path().join("notes.txt"), "mine").unwrap();
        assert!(!becomes_cluster(dir.path()));
    }

    #[test]
    fn rules() {
        let id = |name: &str| malformed(name).map(|text| text.id);
        assert_eq!(id("orders-2"), None);
        assert_eq!(id("A"), None);
        assert_eq!(id(&"x".repeat(64)), None);
        assert_eq!(id(""), Some(TextId::ClusterNameEmpty));
        assert_eq!(id(&"x".repeat(65)), Some(TextId::ClusterNameLong));
        for odd in ["a b", "a/b", "..", "a.b", "주문", "a_b"] {
            assert_eq!(id(odd), Some(TextId::ClusterNameCharacter), "{odd}");
        }
        assert_eq!(id("-a"), Some(TextId::ClusterNameDash));
    }
}
