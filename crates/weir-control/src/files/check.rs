//! Whether a `cluster.json` can be what Weir wrote: hands edit it.

use std::collections::BTreeSet;

use super::ClusterFile;

/// The longest name, host or advertised name: what DNS allows, and more than a folder's name may have.
const TEXT_MAX: usize = 255;

impl ClusterFile {
    /// Looks at every field.
    ///
    /// # Errors
    /// The first field that is wrong, and how.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        self.check_brokers()?;
        self.check_ids()?;
        self.check_ports()?;
        text("name", &self.name, &[])?;
        for (field, value) in [("host", &self.host), ("advertise", &self.advertise)] {
            if let Some(value) = value {
                text(field, value, &[' ', ',', '/', '"'])?;
            }
        }
        Ok(())
    }

    fn check_brokers(&self) -> Result<(), (&'static str, String)> {
        if (1..=Self::BROKERS_MAX).contains(&self.brokers) {
            return Ok(());
        }
        let (brokers, most) = (self.brokers, Self::BROKERS_MAX);
        Err(("brokers", format!("{brokers} brokers; a cluster has 1 to {most}")))
    }

    fn check_ids(&self) -> Result<(), (&'static str, String)> {
        let ids = self.broker_ids();
        let rise = ids.iter().zip(ids.iter().skip(1)).all(|(a, b)| a < b);
        let range = 1..=i32::from(Self::BROKERS_MAX);
        let whole = ids.len() == usize::from(self.brokers);
        if whole && rise && ids.iter().all(|id| range.contains(id)) {
            return Ok(());
        }
        let (brokers, most) = (self.brokers, Self::BROKERS_MAX);
        Err(("ids", format!("{ids:?}; they are {brokers} rising numbers from 1 to {most}")))
    }

    fn check_ports(&self) -> Result<(), (&'static str, String)> {
        let different: BTreeSet<u16> = self.ports.iter().copied().collect();
        let whole = self.ports.is_empty() || self.ports.len() == usize::from(self.brokers);
        if whole && different.len() == self.ports.len() && !different.contains(&0) {
            return Ok(());
        }
        let (ports, brokers) = (&self.ports, self.brokers);
        Err(("ports", format!("{ports:?}; they are {brokers} different numbers from 1 to 65535")))
    }
}

/// A line that can be shown and sent.
fn text(field: &'static str, value: &str, not: &[char]) -> Result<(), (&'static str, String)> {
    let wrong = |c: char| c.is_control() || not.contains(&c);
    if value.is_empty() || value.len() > TEXT_MAX || value.contains(wrong) {
        return Err((field, format!("{value:?}; it is 1 to {TEXT_MAX} characters on one line")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(spoil: impl Fn(&mut ClusterFile)) -> &'static str {
        let mut file = ClusterFile::new("shop", 3);
        file.ports = vec![9092, 9093, 9094];
        assert_eq!(file.check(), Ok(()));
        spoil(&mut file);
        let (field, what) = file.check().unwrap_err();
        assert!(!what.contains(char::is_control), "{what:?}");
        field
    }

    #[test]
    fn each_field_is_looked_at() {
        assert_eq!(wrong(|f| f.brokers = 0), "brokers");
        assert_eq!(wrong(|f| f.brokers = 101), "brokers");
        for ids in [vec![1, 2], vec![1, 3, 3], vec![0, 1, 2], vec![3, 2, 1], vec![1, 2, 3000]] {
            assert_eq!(wrong(|f| f.ids.clone_from(&ids)), "ids", "{ids:?}");
        }
        for ports in [vec![9092, 9093], vec![9092, 9092, 9093], vec![0, 9092, 9093]] {
            assert_eq!(wrong(|f| f.ports.clone_from(&ports)), "ports", "{ports:?}");
        }
        assert_eq!(wrong(|f| f.name = "a\u{1b}[31m".to_owned()), "name");
        assert_eq!(wrong(|f| f.host = Some(String::new())), "host");
        for name in ["a\nb", "a b", "a,b", ""] {
            assert_eq!(wrong(|f| f.advertise = Some(name.to_owned())), "advertise", "{name:?}");
        }
    }
}
