//! The class around an ASGI application. For each request, it reads the scope and makes one object around `send`.

use crate::asgi::mapping::{get_type, not_asgi};
use crate::asgi::request::ScopeRequest;
use crate::asgi::response::response_messages;
use crate::asgi::send::send_with;
use crate::http::known_str::is_str;
use crate::http::octets::Octets;
use crate::policy::decider::{Decider, Evaluated, Observers, PathForPeople};
use crate::policy::policy_class::Policy;
use crate::policy::predicate_answer::read_predicate_answer;
use crate::raw;
use crate::raw::direct_class::{DirectCall, DirectClass};
use crate::response::header_type::HeaderType;
use crate::response::last_requests::{Prepared, RequestKind};
use corsac::{Action, PredicateAnswer};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use std::ffi::CStr;
use std::sync::OnceLock;

/// The compiled part of ``corsac.CORSMiddleware``.
#[pyclass(frozen, subclass, module = "corsac._corsac")]
#[derive(Debug, Default)]
pub(crate) struct AsgiMiddleware {
    /// This is set once, by `_setup` and not by `__new__`, because a subclass may have an `__init__` with other
    /// arguments.
    setup: OnceLock<Setup>,
    /// The function that is called instead, if a server starts an application whose settings are refused.
    /// `_replace` sets it.
    replacement: OnceLock<Py<PyAny>>,
}

/// The arguments of `_setup`.
#[derive(Debug)]
struct Setup {
    app: Py<PyAny>,
    decider: Decider,
    /// The `async def` that responds without the application.
    respond: Py<PyAny>,
    /// The `async def` that refuses a WebSocket handshake.
    deny: Py<PyAny>,
    /// The `async def` that awaits the predicate's answer.
    await_predicate: Py<PyAny>,
}

/// The arguments with which the server calls the middleware.
struct AsgiCall<'a, 'py> {
    scope: &'a Bound<'py, PyAny>,
    receive: &'a Bound<'py, PyAny>,
    send: &'a Bound<'py, PyAny>,
}

/// The object that is awaited next for a request.
enum Next<'py> {
    /// An object that completes the request: the application, or a response without it.
    Completion(Bound<'py, PyAny>),
    /// The predicate's answer.
    PredicateAnswer(Bound<'py, PyAny>),
}

#[pymethods]
impl AsgiMiddleware {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        AsgiMiddleware::default()
    }

    fn _setup(
        slf: &Bound<'_, Self>,
        app: Py<PyAny>,
        policy: &Bound<'_, PyAny>,
        observers: Observers,
        respond: Py<PyAny>,
        deny: Py<PyAny>,
        await_predicate: Py<PyAny>,
    ) -> PyResult<()> {
        let path = PathForPeople {
            key: PyString::new(policy.py(), "path").unbind(),
            read: |path, name| Octets::read_utf8(path, name),
        };
        let decider = Decider::new(policy, observers, path)?;
        let setup = Setup { app, decider, respond, deny, await_predicate };
        slf.get().setup.set(setup).map_err(|_| PyRuntimeError::new_err("the middleware has already been set up"))?;
        direct_class(slf.py())?.enable(slf)
    }

    /// This is called instead of `_setup`. From then on, every call of the middleware goes to `replacement`.
    fn _replace(&self, replacement: Py<PyAny>) -> PyResult<()> {
        self.replacement
            .set(replacement)
            .map_err(|_| PyRuntimeError::new_err("the middleware has already been replaced"))
    }

    /// The application inside.
    #[getter]
    fn app(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(self.setup()?.app.clone_ref(py))
    }

    /// The policy that decides now. A policy never changes, but a :class:`corsac.Reloadable` can replace it by
    /// another.
    #[getter]
    fn policy(&self, py: Python<'_>) -> PyResult<Py<Policy>> {
        Ok(self.setup()?.decider.policy().clone_ref(py))
    }

    fn __call__<'py>(
        slf: &Bound<'py, Self>,
        scope: &Bound<'py, PyAny>,
        receive: &Bound<'py, PyAny>,
        send: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        AsgiMiddleware::call_directly(slf, [scope, receive, send])
    }

    /// Continues a request, after the predicate's answer has been awaited, with the policy that asked the predicate.
    fn _resume<'py>(
        &self,
        policy: &Bound<'py, Policy>,
        scope: &Bound<'py, PyAny>,
        receive: &Bound<'py, PyAny>,
        send: &Bound<'py, PyAny>,
        predicate_answer: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let answer = read_predicate_answer(predicate_answer)
            .or_else(|error| self._report_failure(policy, scope).and(Err(error)))?;
        let (setup, policy, call) = (self.setup()?, policy.get(), AsgiCall { scope, receive, send });
        let next = match websocket_type(scope)? {
            Some(kind) => setup.websocket(policy, &call, &kind, Some(answer))?,
            None => {
                let read = ScopeRequest::read_http(scope, setup.decider.needs(policy))?;
                setup.decide(policy, &call, &read, Some(answer))?
            }
        };
        match next {
            Next::Completion(awaitable) => Ok(awaitable),
            Next::PredicateAnswer(_) => Err(PyRuntimeError::new_err("the predicate was asked twice")),
        }
    }

    /// Reports that the predicate failed; the caller raises the predicate's exception.
    fn _report_failure(&self, policy: &Bound<'_, Policy>, scope: &Bound<'_, PyAny>) -> PyResult<()> {
        let (policy, decider) = (policy.get(), &self.setup()?.decider);
        let read = match websocket_type(scope)? {
            Some(kind) => ScopeRequest::read_websocket(scope, decider.needs(policy), &kind)?,
            None => ScopeRequest::read_http(scope, decider.needs(policy))?,
        };
        let joined = read.joined_headers();
        let failed = Some(PredicateAnswer::Failed);
        let method = read.method()?;
        decider.decide(policy, scope, &read.request(&method, &joined), failed).map(drop)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Some(replacement) = self.replacement.get() {
            visit.call(replacement)?;
        }
        let Some(setup) = self.setup.get() else { return Ok(()) };
        visit.call(&setup.app)?;
        setup.decider.traverse(&visit)?;
        visit.call(&setup.respond)?;
        visit.call(&setup.deny)?;
        visit.call(&setup.await_predicate)
    }
}

/// The class that is exported, which differs from PyO3's only in how it is called.
pub(crate) fn direct_class(py: Python<'_>) -> PyResult<&DirectClass> {
    static CLASS: PyOnceLock<DirectClass> = PyOnceLock::new();
    CLASS.get_or_try_init(py, || DirectClass::new::<AsgiMiddleware>(py))
}

impl DirectCall for AsgiMiddleware {
    const FULL_NAME: &'static CStr = c"corsac._corsac.AsgiMiddleware";

    #[inline]
    fn call_directly<'py>(
        slf: &Bound<'py, Self>,
        [scope, receive, send]: [&Bound<'py, PyAny>; 3],
    ) -> PyResult<Bound<'py, PyAny>> {
        let call = AsgiCall { scope, receive, send };
        let Some(setup) = slf.get().setup.get() else { return slf.get().call_replacement(&call) };
        let kind = get_type(scope)?.ok_or_else(|| not_asgi("the scope has no `type`"))?;
        setup.decider.called(slf.as_any(), scope)?;
        // The application may swap the policy, and this may then be its last reference. A `Bound` is released at once,
        // even if PyO3 does not know that the thread is attached.
        let policy = setup.decider.policy().bind(scope.py()).clone();
        if !is_str!(&kind, "http") {
            return setup.other(slf, &policy, &call, &kind);
        }
        let mut read = ScopeRequest::of_http(scope)?;
        read.read(scope, setup.decider.needs(policy.get()))?;
        match setup.remembered(policy.get(), &read, scope.py()) {
            Some(prepared) => setup.complete(&call, send, &prepared),
            None => setup.http(slf, &policy, &call, &read),
        }
    }
}

impl AsgiMiddleware {
    #[cold]
    fn call_replacement<'py>(&self, call: &AsgiCall<'_, 'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.replacement.get() {
            Some(replacement) => raw::call(replacement.bind(call.scope.py()), [call.scope, call.receive, call.send]),
            None => Err(self.not_set_up()),
        }
    }

    fn setup(&self) -> PyResult<&Setup> {
        self.setup.get().ok_or_else(|| self.not_set_up())
    }

    fn not_set_up(&self) -> PyErr {
        PyRuntimeError::new_err(match self.replacement.get() {
            Some(_) => "the settings of this CORSMiddleware were refused: it has neither an application nor a policy",
            None => "CORSMiddleware.__init__ was not called: call super().__init__",
        })
    }
}

impl Setup {
    fn call_app<'py>(&self, call: &AsgiCall<'_, 'py>) -> PyResult<Bound<'py, PyAny>> {
        raw::call(self.app.bind(call.scope.py()), [call.scope, call.receive, call.send])
    }

    /// The response to the request, if it is remembered.
    #[inline]
    fn remembered<'py>(&self, policy: &Policy, read: &ScopeRequest<'py>, py: Python<'py>) -> Option<Prepared<'py>> {
        if !self.decider.may_remember(policy) {
            return None;
        }
        policy.templates(HeaderType::Bytes).last_requests.find(py, read.kind()?, read.headers())
    }

    /// Responds to a request that is not remembered, or calls the application.
    #[inline(never)]
    fn http<'py>(
        &self,
        middleware: &Bound<'py, AsgiMiddleware>,
        policy: &Bound<'py, Policy>,
        call: &AsgiCall<'_, 'py>,
        read: &ScopeRequest<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let next = raw::attached(policy.py(), || self.decide(policy.get(), call, read, None))?;
        self.follow(middleware, policy, call, next)
    }

    /// Answers a call that is not an HTTP request.
    #[inline(never)]
    fn other<'py>(
        &self,
        middleware: &Bound<'py, AsgiMiddleware>,
        policy: &Bound<'py, Policy>,
        call: &AsgiCall<'_, 'py>,
        kind: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if policy.get().needs().websockets && is_str!(kind, "websocket") {
            let next = raw::attached(policy.py(), || self.websocket(policy.get(), call, kind, None))?;
            return self.follow(middleware, policy, call, next);
        }
        self.call_app(call)
    }

    fn follow<'py>(
        &self,
        middleware: &Bound<'py, AsgiMiddleware>,
        policy: &Bound<'py, Policy>,
        call: &AsgiCall<'_, 'py>,
        next: Next<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match next {
            Next::Completion(awaitable) => Ok(awaitable),
            Next::PredicateAnswer(awaitable) => {
                let arguments = (middleware, policy, awaitable, call.scope, call.receive, call.send);
                self.await_predicate.bind(policy.py()).call1(arguments)
            }
        }
    }

    fn decide<'py>(
        &self,
        policy: &Policy,
        call: &AsgiCall<'_, 'py>,
        read: &ScopeRequest<'py>,
        predicate_answer: Option<PredicateAnswer>,
    ) -> PyResult<Next<'py>> {
        let py = call.scope.py();
        let (method, joined) = (read.method()?, read.joined_headers());
        let request = read.request(&method, &joined);
        let decision = match self.decider.decide(policy, call.scope, &request, predicate_answer)? {
            Evaluated::Decision(decision) => decision,
            Evaluated::Awaitable(awaitable) => return Ok(Next::PredicateAnswer(awaitable)),
        };
        let templates = policy.templates(HeaderType::Bytes);
        let template = templates.of(py, &decision)?;
        let is_recent = template.get().is_recent(&decision);
        let prepared = (template.clone(), template.get().headers(py, &decision)?);
        if self.decider.may_remember(policy)
            && !decision.reason().is_refusal()
            && let Some(kind) = read.kind()
            // Where origins alternate, remembering each of them would only cost time.
            && (is_recent || kind != RequestKind::Headers)
        {
            templates.last_requests.remember(kind, read.headers(), &prepared);
        }
        let debugged = self.decider.debugged(call.send, policy, call.scope, &request, &decision)?;
        self.complete(call, debugged.as_ref().unwrap_or(call.send), &prepared).map(Next::Completion)
    }

    /// Responds, or calls the application. `send` is the server's, or the debugger's around it.
    #[inline]
    fn complete<'py>(
        &self,
        call: &AsgiCall<'_, 'py>,
        send: &Bound<'py, PyAny>,
        (template, headers): &Prepared<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = call.scope.py();
        if template.get().action == Action::Respond {
            let [start, body] = response_messages(template.get(), headers.get(), py)?;
            return raw::call(self.respond.bind(py), [send, start.as_any(), body.as_any()]);
        }
        let send = send_with(send, headers, template)?;
        raw::call(self.app.bind(py), [call.scope, call.receive, &send])
    }

    /// Passes a handshake on unchanged, or refuses it before it is accepted. Nothing is added to it, because
    /// browsers do not apply CORS to handshakes.
    fn websocket<'py>(
        &self,
        policy: &Policy,
        call: &AsgiCall<'_, 'py>,
        kind: &Bound<'py, PyAny>,
        predicate_answer: Option<PredicateAnswer>,
    ) -> PyResult<Next<'py>> {
        let py = call.scope.py();
        let read = ScopeRequest::read_websocket(call.scope, self.decider.needs(policy), kind)?;
        let (method, joined) = (read.method()?, read.joined_headers());
        let request = read.request(&method, &joined);
        let decision = match self.decider.decide(policy, call.scope, &request, predicate_answer)? {
            Evaluated::Decision(decision) => decision,
            Evaluated::Awaitable(awaitable) => return Ok(Next::PredicateAnswer(awaitable)),
        };
        let template = policy.templates(HeaderType::Bytes).of(py, &decision)?;
        if template.get().action != Action::Respond {
            return self.call_app(call).map(Next::Completion);
        }
        let headers = template.get().headers(py, &decision)?.get().copy(py);
        let (status, body) = (template.get().status.bind(py), template.get().body.bind(py));
        let debugged = self.decider.debugged(call.send, policy, call.scope, &request, &decision)?;
        let send = debugged.as_ref().unwrap_or(call.send);
        self.deny.bind(py).call1((call.scope, send, status, headers, body)).map(Next::Completion)
    }
}

/// The type of a scope, if the scope is that of a WebSocket handshake.
fn websocket_type<'py>(scope: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    Ok(get_type(scope)?.filter(|kind| is_str!(kind, "websocket")))
}
