//! The pages of those who tell: nothing readable stays, nothing is asked twice, no script is needed.
