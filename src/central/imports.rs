//! Lists that somebody has uploaded to the office's pages: looked at, tried, taken in. Each lies in the
//! data folder for an hour at most, and none outlives the server.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::codes::random_id;
use super::registry::{
    Asked, ImportReport, Outcome, Plan, Preview, RefusedRows, RowError, import, plain_word, preview, rules,
};
use super::{CentralError, Office};

/// Bytes of one list.
pub const LARGEST: u64 = 128 * 1024 * 1024;
/// Lists that wait at a time.
const MOST: usize = 4;
/// Rows between two looks at how far a list is.
const SHOWN_EACH: u64 = 250;
/// How long one waits.
const LIFE: Duration = Duration::from_secs(3600);

pub struct Imports {
    folder: PathBuf,
    jobs: Mutex<HashMap<String, Arc<Job>>>,
}

/// One list.
pub struct Job {
    pub id: String,
    /// As its owner calls it.
    pub name: String,
    path: PathBuf,
    state: Mutex<Progress>,
}

/// How far it is.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    pub running: bool,
    /// Is, or was, the last run a try?
    pub dry_run: bool,
    pub so_far: ImportReport,
    /// What the last run came to.
    pub ended: Option<Ended>,
    /// What the last run asked of the file.
    pub asked: Asked,
}

#[derive(Clone, Debug)]
pub enum Ended {
    Done(Box<ImportReport>),
    /// Of the file, in words for people.
    Unreadable(String),
    /// The server's own fault.
    Failed,
}

impl Imports {
    /// A new folder; what a server before this one has left is gone.
    pub fn open(data: &Path) -> Imports {
        let folder = data.join("imports");
        let _ = std::fs::remove_dir_all(&folder);
        Imports { folder, jobs: Mutex::default() }
    }

    /// Room for a list that is about to come: its id, and the file to write it to.
    pub fn room(&self) -> Result<(String, File), CentralError> {
        if self.lock().len() >= MOST {
            return Err(CentralError::Argument(
                "four lists wait already; finish or discard one of them".into(),
            ));
        }
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder);
        made.map_err(|e| CentralError::io(&self.folder, e))?;
        let id = random_id();
        Ok((id.clone(), new_file(&self.folder.join(&id))?))
    }

    /// The list is there.
    pub fn keep(self: &Arc<Self>, id: &str, name: String) -> Arc<Job> {
        let job =
            Arc::new(Job { id: id.to_owned(), name, path: self.folder.join(id), state: Mutex::default() });
        self.lock().insert(id.to_owned(), job.clone());
        let (imports, id) = (self.clone(), id.to_owned());
        tokio::spawn(async move {
            tokio::time::sleep(LIFE).await;
            imports.discard(&id);
        });
        job
    }

    pub fn find(&self, id: &str) -> Option<Arc<Job>> {
        self.lock().get(id).cloned()
    }

    /// All that wait, the same order each time.
    pub fn all(&self) -> Vec<Arc<Job>> {
        let mut jobs: Vec<_> = self.lock().values().cloned().collect();
        jobs.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        jobs
    }

    /// Away with a list, or with what has come of one that was cut off. One that is being read goes when
    /// its reader lets go of it.
    pub fn discard(&self, id: &str) {
        self.lock().remove(id);
        for path in [self.folder.join(id), refused_path(&self.folder.join(id))] {
            let _ = std::fs::remove_file(path);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Job>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    pub fn progress(&self) -> Progress {
        self.state().clone()
    }

    /// The rows that the last run refused: a CSV.
    pub fn refused(&self) -> Result<Vec<u8>, CentralError> {
        let path = refused_path(&self.path);
        std::fs::read(&path).map_err(|e| CentralError::io(&path, e))
    }

    /// The beginning of the list. Blocks.
    pub fn preview(&self, office: &Office, mut asked: Asked) -> Result<Preview, CentralError> {
        let meanings = std::mem::take(&mut asked.rules.meanings);
        asked.rules = rules(office);
        asked.rules.meanings = meanings;
        asked.rules.meanings.extend(asked.meanings.iter().map(|(word, status)| (plain_word(word), *status)));
        let file = File::open(&self.path).map_err(|e| CentralError::io(&self.path, e))?;
        preview(BufReader::with_capacity(64 * 1024, file), &asked)
    }

    /// Begins a run; `false` where one is under way. `reason`: how a refused row is explained.
    pub fn run(
        self: &Arc<Self>,
        office: &Arc<Office>,
        plan: Plan,
        words: [&'static str; 2],
        reason: fn(&RowError) -> String,
    ) -> bool {
        {
            let mut state = self.state();
            if state.running {
                return false;
            }
            *state = Progress {
                running: true,
                dry_run: plan.dry_run,
                asked: plan.asked.clone(),
                ..Progress::default()
            };
        }
        let (job, office) = (self.clone(), office.clone());
        tokio::spawn(async move {
            let ended = match job.work(&office, plan, words, reason).await {
                Ok(report) => Ended::Done(Box::new(report)),
                Err(CentralError::Import(why)) => Ended::Unreadable(why),
                Err(error) => {
                    tracing::error!(%error, "an import from the pages");
                    Ended::Failed
                }
            };
            let mut state = job.state();
            state.running = false;
            state.ended = Some(ended);
        });
        true
    }

    async fn work(
        &self,
        office: &Office,
        plan: Plan,
        words: [&'static str; 2],
        reason: fn(&RowError) -> String,
    ) -> Result<ImportReport, CentralError> {
        let file = File::open(&self.path).map_err(|e| CentralError::io(&self.path, e))?;
        let path = refused_path(&self.path);
        let _ = std::fs::remove_file(&path);
        let mut empty = Some(BufWriter::new(new_file(&path)?));
        let mut refused = None;
        let mut written = Ok(());
        let plan = Plan { keep_rows: true, ..plan };
        let told = import(office, BufReader::with_capacity(256 * 1024, file), plan, |row, so_far| {
            if let (Outcome::Refused(_), Ok(())) = (&row.outcome, &written) {
                if let Some(out) = empty.take() {
                    match RefusedRows::begin(out, &so_far.names, words) {
                        Ok(begun) => refused = Some(begun),
                        Err(error) => written = Err(error),
                    }
                }
                if let (Some(refused), Ok(())) = (&mut refused, &written) {
                    written = refused.row(row, reason);
                }
            }
            // Shown to people: not each of a million rows.
            if so_far.rows % SHOWN_EACH == 0 {
                self.state().so_far = so_far.clone();
            }
        });
        let report = told.await?;
        let ended = written.map_err(std::io::Error::from);
        let ended =
            ended.and_then(|()| refused.map_or(Ok(()), |refused| refused.end()?.get_ref().sync_all()));
        ended.map_err(|e| CentralError::io(&path, e))?;
        Ok(report)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refused_path(path: &Path) -> PathBuf {
    path.with_extension("refused")
}

fn new_file(path: &Path) -> Result<File, CentralError> {
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    made.map_err(|e| CentralError::io(path, e))
}
