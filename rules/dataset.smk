rule build_dataset:
    """Images at 64×64 as uint8: rendered avatars, a folder of pictures, or CelebA."""
    input:
        pictures,
    output:
        "<results>/data/{dataset}.h5",
    log:
        "<logs>/build_dataset/{dataset}.log",
    benchmark:
        "<benchmarks>/build_dataset/{dataset}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 8
    resources:
        mem="6GB",
        runtime="1h",
    params:
        settings=dataset_settings,
        pictures=fingerprint,
        seed=config["seed"],
        code=science("build_dataset"),
    message:
        "Building the data set {wildcards.dataset}"
    script:
        "../scripts/build_dataset.py"
