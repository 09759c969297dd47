//! A policy that is swapped under load, and a policy file that changes in every way that files do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use corsac::{Evaluation, LoadError, Policy, PolicyBuilder, PolicyFile, Reloadable, Request};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A folder for one test, which is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("corsac-reload-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A policy whose origin and exposed header have the same number.
fn text(number: usize) -> String {
    format!("allow_origins = [\"https://n{number}.example\"]\nexpose_headers = [\"X-N{number}\"]\n")
}

/// The header that a policy exposes to the origin with this number; none if it does not allow that origin.
fn exposes(policy: &Policy, number: usize) -> Option<Vec<u8>> {
    let origin = format!("https://n{number}.example");
    let request = Request::new(b"GET").origin(origin.as_bytes());
    let Evaluation::Decided(decision) = policy.evaluate(&request) else { panic!("asked") };
    decision
        .headers()
        .find(|header| header.name.as_str() == "access-control-expose-headers")
        .map(|header| header.value.to_vec())
}

fn open(path: &Path) -> (PolicyFile, Policy) {
    PolicyFile::open(path, PolicyBuilder::new()).unwrap()
}

/// Checks the file until a change has been read, or until no change can come any more.
fn look(file: &mut PolicyFile) -> Option<Result<Policy, LoadError>> {
    (0..3).find_map(|_| file.look())
}

fn loaded(file: &mut PolicyFile, number: usize) {
    let policy = look(file).expect("a change was not seen").expect("a policy");
    assert_eq!(exposes(&policy, number), Some(format!("x-n{number}").into_bytes()));
    assert!(look(file).is_none(), "told twice");
}

#[test]
fn a_thousand_reloads_under_load() {
    let folder = Folder::new();
    let path = folder.at("cors.toml");
    fs::write(&path, text(0)).unwrap();
    let (mut file, policy) = open(&path);
    let policies = Reloadable::new(policy);
    let done = AtomicBool::new(false);
    let answered = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut least = 0;
                while !done.load(Ordering::Acquire) {
                    let policy = policies.load();
                    // The policy is identified by its header. It is never a mix, and never older than one that was seen
                    // before.
                    let number = (least..=1000).find(|number| exposes(&policy, *number).is_some()).expect("an answer");
                    assert_eq!(exposes(&policy, number), Some(format!("x-n{number}").into_bytes()));
                    least = number;
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for number in 1..=1000 {
            fs::write(folder.at("next"), text(number)).unwrap();
            fs::rename(folder.at("next"), &path).unwrap();
            if number % 10 == 0 {
                // A refused policy comes between two good ones: the old one stays.
                fs::write(&path, "allow_origins = \"https://a.example\"").unwrap();
                assert!(matches!(file.reload(), Err(LoadError::Config(_))));
                fs::write(&path, text(number)).unwrap();
            }
            policies.swap(file.reload().unwrap());
        }
        done.store(true, Ordering::Release);
    });
    assert!(exposes(&policies.load(), 1000).is_some());
    assert!(answered.load(Ordering::Relaxed) > 0);
}

#[cfg(unix)]
#[test]
fn a_pipe_instead_of_the_file_is_reported_once_and_never_waited_for() {
    let folder = Folder::new();
    let path = folder.at("cors.toml");
    fs::write(&path, text(0)).unwrap();
    let (mut file, _) = open(&path);
    let (send, receive) = channel();
    std::thread::spawn(move || {
        fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let Some(Err(LoadError::Config(error))) = look(&mut file) else { panic!("the pipe was not refused") };
        assert_eq!(error.issues().first().map(|issue| issue.code.as_str()), Some("file-not-regular"));
        assert!(look(&mut file).is_none(), "told twice");
        fs::remove_file(&path).unwrap();
        fs::write(&path, text(1)).unwrap();
        loaded(&mut file, 1);
        send.send(()).unwrap();
    });
    receive.recv_timeout(Duration::from_secs(20)).expect("a check that ends");
}

#[test]
fn a_change_is_read_once_it_has_settled() {
    let folder = Folder::new();
    let path = folder.at("cors.toml");
    fs::write(&path, text(0)).unwrap();
    let (mut file, _) = open(&path);
    assert!(look(&mut file).is_none());
    // An editor empties the file and writes it again, piece by piece.
    fs::write(&path, "").unwrap();
    assert!(file.look().is_none());
    fs::write(&path, "allow_origins = [").unwrap();
    assert!(file.look().is_none());
    fs::write(&path, text(1)).unwrap();
    loaded(&mut file, 1);
    // Renamed into place, with an older time.
    fs::write(folder.at("next"), text(2)).unwrap();
    let old = fs::metadata(&path).unwrap().modified().unwrap() - Duration::from_secs(3600);
    fs::File::options().write(true).open(folder.at("next")).unwrap().set_modified(old).unwrap();
    fs::rename(folder.at("next"), &path).unwrap();
    loaded(&mut file, 2);
    // The file was touched. The same text is not a change.
    fs::write(&path, text(2)).unwrap();
    assert!(look(&mut file).is_none());
}

#[test]
fn a_file_that_vanishes_or_is_refused_is_reported_once() {
    let folder = Folder::new();
    let path = folder.at("cors.toml");
    assert!(matches!(PolicyFile::open(&path, PolicyBuilder::new()), Err(LoadError::Io(_))));
    fs::write(&path, text(0)).unwrap();
    let (mut file, _) = open(&path);
    fs::remove_file(&path).unwrap();
    assert!(matches!(look(&mut file), Some(Err(LoadError::Io(error))) if error.kind() == std::io::ErrorKind::NotFound));
    assert!(look(&mut file).is_none(), "told twice");
    // The file is back with the same text. This is reported, since its absence was the last report.
    fs::write(&path, text(0)).unwrap();
    loaded(&mut file, 0);
    fs::write(&path, "allow_origins = [\"https://a.example/\"]").unwrap();
    assert!(matches!(look(&mut file), Some(Err(LoadError::Config(_)))));
    assert!(look(&mut file).is_none(), "told twice");
    fs::write(&path, text(3)).unwrap();
    loaded(&mut file, 3);
}

#[cfg(unix)]
#[test]
fn a_kubernetes_config_map_is_swapped_by_its_link() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    for number in [0, 1] {
        fs::create_dir(folder.at(&format!("..v{number}"))).unwrap();
        fs::write(folder.at(&format!("..v{number}/cors.toml")), text(number)).unwrap();
    }
    symlink("..v0", folder.at("..data")).unwrap();
    symlink("..data/cors.toml", folder.at("cors.toml")).unwrap();
    let (mut file, _) = open(&folder.at("cors.toml"));
    symlink("..v1", folder.at("..data_tmp")).unwrap();
    fs::rename(folder.at("..data_tmp"), folder.at("..data")).unwrap();
    fs::remove_dir_all(folder.at("..v0")).unwrap();
    loaded(&mut file, 1);
}

#[test]
fn a_watch_reports_and_ends() {
    let folder = Folder::new();
    let path = folder.at("cors.toml");
    fs::write(&path, text(0)).unwrap();
    let (file, policy) = open(&path);
    let policies = Arc::new(Reloadable::new(policy));
    let (told, telling) = channel();
    let watch = file
        .watch(Duration::from_millis(10), {
            let policies = Arc::clone(&policies);
            move |outcome| {
                let outcome = outcome.map(|policy| policies.swap(policy)).map_err(|error| error.to_string());
                told.send(outcome.map(drop)).unwrap();
            }
        })
        .unwrap();
    let wait = || telling.recv_timeout(Duration::from_secs(10)).expect("the watch reports nothing");
    fs::write(&path, text(1)).unwrap();
    assert_eq!(wait(), Ok(()));
    assert!(exposes(&policies.load(), 1).is_some());
    fs::write(&path, "max_age = true").unwrap();
    assert!(wait().unwrap_err().contains("max_age"));
    assert!(exposes(&policies.load(), 1).is_some(), "the old policy stays in force");
    drop(watch);
    fs::write(&path, text(2)).unwrap();
    assert!(telling.recv_timeout(Duration::from_millis(100)).is_err(), "it continues after its end");
}

#[test]
fn a_watch_may_be_dropped_by_its_callback() {
    let folder = Folder::new();
    let path = folder.at("cors.toml");
    fs::write(&path, text(0)).unwrap();
    let (file, _) = open(&path);
    let header = Arc::new(Mutex::new(None));
    let (told, telling) = channel();
    let own = Arc::clone(&header);
    let watch = file
        .watch(Duration::from_millis(10), move |_| {
            drop(own.lock().unwrap().take());
            told.send(()).unwrap();
        })
        .unwrap();
    *header.lock().unwrap() = Some(watch);
    fs::write(&path, text(1)).unwrap();
    telling.recv_timeout(Duration::from_secs(10)).expect("it hangs");
}
