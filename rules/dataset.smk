rule render_avatars:
    """Drawn faces at 64×64 as uint8, a data set that needs no download."""
    output:
        "<results>/data/avatars.h5",
    log:
        "<logs>/render_avatars.log",
    benchmark:
        "<benchmarks>/render_avatars.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 8
    resources:
        mem="6GB",
        runtime="1h",
    params:
        settings=config["datasets"]["avatars"],
        seed=config["seed"],
        code=science("render_avatars"),
    message:
        "Drawing avatars"
    script:
        "../scripts/render_avatars.py"


rule read_pictures:
    """Pictures at 64×64 as uint8, from a folder, a zip, or a copy of CelebA."""
    input:
        pictures,
    output:
        "<results>/data/{dataset}.h5",
    log:
        "<logs>/read_pictures/{dataset}.log",
    benchmark:
        "<benchmarks>/read_pictures/{dataset}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 8
    resources:
        mem="6GB",
        runtime="1h",
    params:
        settings=dataset_settings,
        pictures=fingerprint,
        code=science("read_pictures"),
    message:
        "Reading the data set {wildcards.dataset}"
    script:
        "../scripts/read_pictures.py"
