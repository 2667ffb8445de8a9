//! Sealed parts, leaves, reply blocks and key lists: the only tables and objects that the portal writes.
