rule train_gan:
    """A DCGAN whose latents come from a chaotic network (Fig. 2)."""
    input:
        dataset=training_images,
    output:
        generator="<results>/gan/{model}/generator.safetensors",
        training="<results>/gan/{model}/training.h5",
    log:
        "<logs>/train_gan/{model}.log",
    benchmark:
        "<benchmarks>/train_gan/{model}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 8
    resources:
        gpu=1,
        mem="6GB",
        runtime="2d",
    params:
        settings={name: value for name, value in config["gan"].items() if name != "grid"},
        recipe=recipe_of,
        model=model_of,
        code=science("train_gan"),
    message:
        "Training the generator {wildcards.model}"
    script:
        "../scripts/train_gan.py"


rule sample_grid:
    """Images of independent trajectories at the training gain (Fig. 2b)."""
    input:
        generator=rules.train_gan.output.generator,
    output:
        "<results>/gan/{model}/samples.h5",
    log:
        "<logs>/sample_grid/{model}.log",
    benchmark:
        "<benchmarks>/sample_grid/{model}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 8
    resources:
        gpu=1,
        mem="3GB",
        runtime="30m",
    params:
        settings=config["gan"]["grid"],
        code=science("sample_grid"),
    message:
        "Sampling {wildcards.model} at its training gain"
    script:
        "../scripts/sample_grid.py"


rule sample_gain:
    """Images along one trajectory at one gain, the generator not retrained (Fig. 3)."""
    input:
        generator=rules.train_gan.output.generator,
    output:
        "<results>/gan/{model}/gain~{gain}.h5",
    log:
        "<logs>/sample_gain/{model}/gain~{gain}.log",
    benchmark:
        "<benchmarks>/sample_gain/{model}/gain~{gain}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 8
    resources:
        gpu=1,
        mem="3GB",
        runtime="30m",
    params:
        settings={name: value for name, value in config["sampling"].items() if name != "gains"},
        code=science("sample_gain"),
    message:
        "Sampling {wildcards.model} at gain {wildcards.gain}"
    script:
        "../scripts/sample_gain.py"
