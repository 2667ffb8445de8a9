//! The parts of forms.
