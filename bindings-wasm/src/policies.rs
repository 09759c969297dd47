//! The policies that JavaScript can reach, each under a number.

use corsac_javascript::CompiledPolicy;

/// Policies by their numbers. When JavaScript has dropped a policy, its number is given to a later
/// one.
#[derive(Default)]
pub(crate) struct Policies {
    policies: Vec<Option<CompiledPolicy>>,
    free: Vec<u32>,
}

impl Policies {
    /// Keeps a policy, and returns its number.
    pub(crate) fn add(&mut self, policy: CompiledPolicy) -> u32 {
        if let Some(number) = self.free.pop()
            && let Some(free) = self.policies.get_mut(number as usize)
        {
            *free = Some(policy);
            return number;
        }
        self.policies.push(Some(policy));
        // The memory is full before all numbers are used.
        (self.policies.len() - 1) as u32
    }

    #[inline]
    pub(crate) fn get(&self, number: u32) -> Option<&CompiledPolicy> {
        self.policies.get(number as usize)?.as_ref()
    }

    pub(crate) fn remove(&mut self, number: u32) {
        if self.policies.get_mut(number as usize).and_then(Option::take).is_some() {
            self.free.push(number);
        }
    }
}
