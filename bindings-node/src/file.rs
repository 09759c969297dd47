//! A policy file that may be read again: at once, or on a thread of Node's pool where it has changed.

use crate::compile::object;
use crate::door::{self, CacheSize};
use corsac::{LoadError, Policy, PolicyBuilder, PolicyFile};
use napi::ScopedTask;
use napi::bindgen_prelude::{AsyncTask, Env, Error, Object, Result, Status};
use napi_derive::napi;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// A policy file, and what was last seen of it.
#[napi]
pub struct File {
    watched: Arc<Mutex<Watched>>,
    cache: CacheSize,
}

struct Watched {
    path: PathBuf,
    builder: PolicyBuilder,
    /// None until it could be read.
    file: Option<PolicyFile>,
}

impl Watched {
    fn reload(&mut self) -> std::result::Result<Policy, LoadError> {
        if let Some(file) = &mut self.file {
            return file.reload();
        }
        let (file, policy) = PolicyFile::open(&self.path, self.builder)?;
        self.file = Some(file);
        Ok(policy)
    }

    fn look(&mut self) -> Option<std::result::Result<Policy, LoadError>> {
        self.file.as_mut()?.look()
    }
}

#[napi]
impl File {
    /// As `compile`, for what the file at `path` holds. Nothing is read yet.
    #[napi(constructor, catch_unwind)]
    pub fn new(path: String, predicate: bool, size: Option<u32>, seconds: Option<f64>) -> Result<Self> {
        let cache = size.zip(seconds);
        door::build(cache)?;
        let builder = PolicyBuilder::new().predicate(predicate);
        let watched = Arc::new(Mutex::new(Watched { path: path.into(), builder, file: None }));
        Ok(File { watched, cache })
    }

    /// Reads the file now. What `compile` returns; or in `io` why the file could not be read.
    #[napi(catch_unwind)]
    pub fn reload<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let read = self.watched.lock().unwrap_or_else(PoisonError::into_inner).reload();
        loaded(env, read, self.cache)
    }

    /// Looks on another thread whether the file has changed. A promise of what `reload` returns, or of nothing.
    #[napi(catch_unwind)]
    pub fn look(&self) -> AsyncTask<Look> {
        AsyncTask::new(Look { watched: Arc::clone(&self.watched), cache: self.cache })
    }
}

/// A look at the file.
pub struct Look {
    watched: Arc<Mutex<Watched>>,
    cache: CacheSize,
}

impl<'task> ScopedTask<'task> for Look {
    type Output = Option<std::result::Result<Policy, LoadError>>;
    type JsValue = Object<'task>;

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(self.watched.lock().unwrap_or_else(PoisonError::into_inner).look())
    }

    fn resolve(&mut self, env: &'task Env, output: Self::Output) -> Result<Self::JsValue> {
        match output {
            None => Object::new(env),
            Some(read) => loaded(env, read, self.cache),
        }
    }
}

fn loaded(env: &Env, read: std::result::Result<Policy, LoadError>, cache: CacheSize) -> Result<Object<'_>> {
    match read {
        Ok(policy) => object(env, Ok(policy), cache),
        Err(LoadError::Config(error)) => object(env, Err(error), cache),
        Err(error @ LoadError::Io(_)) => {
            let mut object = Object::new(env)?;
            object.set("io", error.to_string())?;
            Ok(object)
        }
        Err(_) => Err(Error::new(Status::GenericFailure, "corsac: the file could not be read")),
    }
}
