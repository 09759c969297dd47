//! A policy file that can be read again: at once, or, if it has changed, on a thread of Node's pool.

use crate::compile::{check_cache, object};
use corsac::{LoadError, Policy, PolicyBuilder, PolicyFile};
use corsac_javascript::CacheBounds;
use napi::ScopedTask;
use napi::bindgen_prelude::{AsyncTask, Env, Error, Object, Result, Status};
use napi_derive::napi;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// A policy file, and its state at the last check.
#[napi(js_name = "PolicyFile")]
pub struct NodePolicyFile {
    file: Arc<Mutex<LazyFile>>,
    cache: CacheBounds,
}

struct LazyFile {
    path: PathBuf,
    builder: PolicyBuilder,
    /// None until the file has been read successfully.
    open: Option<PolicyFile>,
}

type Loaded = std::result::Result<Policy, LoadError>;

impl LazyFile {
    fn read(&mut self) -> Loaded {
        if let Some(file) = &mut self.open {
            return file.reload();
        }
        let (file, policy) = PolicyFile::open(&self.path, self.builder)?;
        self.open = Some(file);
        Ok(policy)
    }

    fn check(&mut self) -> Option<Loaded> {
        self.open.as_mut()?.look()
    }
}

#[napi]
impl NodePolicyFile {
    /// Takes the same arguments as `compile`, for the text of the file at `path`. Nothing is read yet.
    #[napi(constructor, catch_unwind)]
    pub fn new(path: String, has_predicate: bool, size: Option<u32>, seconds: Option<f64>) -> Result<Self> {
        let cache = size.zip(seconds);
        check_cache(cache)?;
        let builder = PolicyBuilder::new().predicate(has_predicate);
        let file = Arc::new(Mutex::new(LazyFile { path: path.into(), builder, open: None }));
        Ok(NodePolicyFile { file, cache })
    }

    /// Reads the file now. Returns the same as `compile`; if the file could not be read, `io` says why.
    #[napi(catch_unwind)]
    pub fn read<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let loaded = self.file.lock().unwrap_or_else(PoisonError::into_inner).read();
        loaded_object(env, loaded, self.cache)
    }

    /// Checks on another thread whether the file has changed. Returns a promise of the result of `read`, or of an
    /// empty object.
    #[napi(catch_unwind)]
    pub fn check(&self) -> AsyncTask<Check> {
        AsyncTask::new(Check { file: Arc::clone(&self.file), cache: self.cache })
    }
}

/// A check of the file that is under way.
pub struct Check {
    file: Arc<Mutex<LazyFile>>,
    cache: CacheBounds,
}

impl<'task> ScopedTask<'task> for Check {
    type Output = Option<Loaded>;
    type JsValue = Object<'task>;

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(self.file.lock().unwrap_or_else(PoisonError::into_inner).check())
    }

    fn resolve(&mut self, env: &'task Env, output: Self::Output) -> Result<Self::JsValue> {
        match output {
            None => Object::new(env),
            Some(loaded) => loaded_object(env, loaded, self.cache),
        }
    }
}

fn loaded_object(env: &Env, loaded: Loaded, cache: CacheBounds) -> Result<Object<'_>> {
    match loaded {
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
