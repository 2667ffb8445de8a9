//! Keys of cases: what a grant gives, what is taken away, what expires, what is destroyed.
