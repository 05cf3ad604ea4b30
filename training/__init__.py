"""Makes artifacts: reads the annotated corpus, trains, calibrates, evaluates and exports."""
