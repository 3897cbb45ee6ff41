"""Types that the operator's APIs share."""
