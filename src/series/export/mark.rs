//! How far a receiver has what there is, in a file of the data directory.

use super::super::store::Watermark;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Folder in the data directory.
const FOLDER: &str = "exports";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct MarkDocument {
    version: u32,
    batch: i64,
    sha256: String,
}

/// The file of one receiver.
#[derive(Debug)]
pub(super) struct MarkFile {
    path: PathBuf,
}

impl MarkFile {
    /// The file of the receiver with this name and address in the data directory `data`, whose folder is made where it is missing. Another address
    /// has a file of its own.
    pub(super) fn of(data: &Path, receiver: &str, url: &str) -> io::Result<Self> {
        let folder = data.join(FOLDER);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let name = hex(Sha256::digest(url).get(..8).unwrap_or_default());
        Ok(Self { path: folder.join(format!("{receiver}-{name}.json")) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How far it is; `None` if that is not known.
    pub(super) fn read(&self) -> Option<Watermark> {
        match self.parse() {
            Ok(mark) => Some(mark),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(path = %self.path.display(), %error, "how far the receiver is, is not known; what is new is sent");
                None
            }
        }
    }

    fn parse(&self) -> io::Result<Watermark> {
        let MarkDocument { version, batch, sha256 } = serde_json::from_slice(&fs::read(&self.path)?)?;
        if version != VERSION {
            return Err(io::Error::other(format!("it is of version {version}")));
        }
        let digits = sha256.as_bytes().chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        });
        let sha256 =
            digits.collect::<Option<Vec<u8>>>().ok_or_else(|| io::Error::other("its sha256 is not hexadecimal"))?;
        Ok(Watermark { revision: model::BatchId::new(batch).revision(), sha256 })
    }

    /// Replaces the file as a whole, also when the power fails.
    pub(super) fn write(&self, mark: &Watermark) -> io::Result<()> {
        let batch = mark.revision.batch().number();
        let document = MarkDocument { version: VERSION, batch, sha256: hex(&mark.sha256) };
        let fresh = self.path.with_extension("new");
        let mut file = File::create(&fresh)?;
        file.write_all(&serde_json::to_vec(&document)?)?;
        file.sync_all()?;
        fs::rename(&fresh, &self.path)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_comes_back_and_another_address_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = MarkFile::of(folder.path(), "remote_write", "https://a.example").unwrap();
        assert_eq!(file.read(), None);
        let mark = Watermark { revision: model::BatchId::new(7).revision(), sha256: vec![0, 1, 255] };
        file.write(&mark).unwrap();
        assert_eq!(MarkFile::of(folder.path(), "remote_write", "https://a.example").unwrap().read(), Some(mark));
        assert_eq!(MarkFile::of(folder.path(), "remote_write", "https://b.example").unwrap().read(), None);
        for broken in
            ["", "{", "{\"version\":2,\"batch\":1,\"sha256\":\"\"}", "{\"version\":1,\"batch\":1,\"sha256\":\"é\"}"]
        {
            fs::write(file.path(), broken).unwrap();
            assert_eq!(file.read(), None, "{broken}");
        }
    }
}
