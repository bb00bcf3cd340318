use std::fs::{File, OpenOptions};
use std::io::{self, IoSlice, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use weir_engine::fs::{DirEntry, DiskSpace, File as EngineFile, Fs, OpenMode};

/// The real file system, through std: calls that fault injectors can see.
#[derive(Debug, Default)]
pub struct RealFs;

impl Fs for RealFs {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn EngineFile>> {
        let mut options = OpenOptions::new();
        options.read(true);
        match mode {
            OpenMode::Read => &mut options,
            OpenMode::Append => options.append(true),
            OpenMode::CreateAppend | OpenMode::Truncate => options.append(true).create(true),
        };
        let file = options.open(path)?;
        if mode == OpenMode::Truncate {
            file.set_len(0)?;
        }
        Ok(Arc::new(RealFile { file }))
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        std::fs::create_dir_all(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(dir)? {
            match describe(&entry?) {
                // Removed between listing and looking.
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                described => entries.push(described?),
            }
        }
        Ok(entries)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        path.try_exists()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_dir_all(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    fn sync_volume(&self, path: &Path) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        return Ok(rustix::fs::syncfs(File::open(path)?)?);
        #[cfg(not(target_os = "linux"))]
        return File::open(path)?.sync_all();
    }

    fn disk_space(&self, path: &Path) -> io::Result<DiskSpace> {
        let stat = rustix::fs::statvfs(path)?;
        let total = stat.f_blocks.saturating_mul(stat.f_frsize);
        Ok(DiskSpace { total, usable: stat.f_bavail.saturating_mul(stat.f_frsize) })
    }
}

fn describe(entry: &std::fs::DirEntry) -> io::Result<DirEntry> {
    let metadata = entry.metadata()?;
    Ok(DirEntry {
        name: entry.file_name().to_string_lossy().into_owned(),
        is_dir: metadata.is_dir(),
        len: if metadata.is_dir() { 0 } else { metadata.len() },
    })
}

#[derive(Debug)]
struct RealFile {
    file: File,
}

impl EngineFile for RealFile {
    fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        self.file.read_at(buffer, position)
    }

    fn append(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        (&self.file).write_vectored(parts)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}
