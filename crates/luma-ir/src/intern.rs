//! Interning: equal values get equal numbers. What is interned stays where it is, so reading takes
//! no lock; only finding the number of a value does.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::sync::{PoisonError, RwLock};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// The values interned so far, numbered from 0 in the order they came.
pub(crate) struct Interner<T> {
    items: boxcar::Vec<T>,
    /// Positions in `items` by hash.
    numbers: RwLock<HashTable<u32>>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { items: boxcar::Vec::new(), numbers: RwLock::default() }
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Interner<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.items.fmt(f)
    }
}

impl<T> Interner<T> {
    /// The value with this number.
    pub(crate) fn get(&self, number: usize) -> &T {
        &self.items[number]
    }

    /// The number of `key`, if it was interned before.
    pub(crate) fn find<K>(&self, key: &K) -> Option<usize>
    where
        T: Borrow<K>,
        K: Hash + Eq + ?Sized,
    {
        let numbers = self.numbers.read().unwrap_or_else(PoisonError::into_inner);
        self.find_in(&numbers, key)
    }

    /// The number of `key`.
    pub(crate) fn intern<K>(&self, key: &K) -> usize
    where
        T: Borrow<K> + Hash,
        K: Hash + Eq + ToOwned + ?Sized,
        K::Owned: Into<T>,
    {
        if let Some(number) = self.find(key) {
            return number;
        }
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been faster.
        if let Some(number) = self.find_in(&numbers, key) {
            return number;
        }
        let number = self.items.push(key.to_owned().into());
        let hash = FxBuildHasher.hash_one(key);
        numbers.insert_unique(hash, number as u32, |&number| {
            FxBuildHasher.hash_one(&self.items[number as usize])
        });
        number
    }

    fn find_in<K>(&self, numbers: &HashTable<u32>, key: &K) -> Option<usize>
    where
        T: Borrow<K>,
        K: Hash + Eq + ?Sized,
    {
        let hash = FxBuildHasher.hash_one(key);
        let same = |&number: &u32| self.items[number as usize].borrow() == key;
        numbers.find(hash, same).map(|&number| number as usize)
    }
}
