rule render_avatars:
    """Drawn faces at 64×64 as uint8, a data set that needs no download."""
    output:
        "<results>/data/avatars.h5",
    log:
        "<logs>/render_avatars.log",
    benchmark:
        "<benchmarks>/render_avatars.tsv"
    conda:
        "../envs/environment.yaml"
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
    """Your own pictures at 64×64 as uint8, from a folder or a zip."""
    output:
        "<results>/data/{dataset}.h5",
    log:
        "<logs>/read_pictures/{dataset}.log",
    benchmark:
        "<benchmarks>/read_pictures/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(config["datasets"].keys() - {"avatars", "celeba"}),
    conda:
        "../envs/environment.yaml"
    threads: 8
    resources:
        mem="6GB",
        runtime="1h",
    params:
        settings=lambda wildcards: config["datasets"][wildcards.dataset],
        pictures=fingerprint,
        code=science("read_pictures"),
    message:
        "Reading your pictures, {wildcards.dataset}"
    script:
        "../scripts/read_pictures.py"


rule retrieve_celeba:
    """CelebA's aligned faces at 64×64 as uint8, from a local copy or downloaded (section 3.2)."""
    output:
        "<results>/data/celeba.h5",
    log:
        "<logs>/retrieve_celeba.log",
    benchmark:
        "<benchmarks>/retrieve_celeba.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 8
    resources:
        mem="4GB",
        runtime="6h",
    params:
        settings={"crop": config["datasets"]["celeba"]["crop"]},
        code=science("retrieve_celeba"),
    message:
        "Retrieving CelebA"
    script:
        "../scripts/retrieve_celeba.py"
