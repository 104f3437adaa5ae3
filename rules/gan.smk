rule train_gan:
    """A DCGAN whose latents come from a chaotic network (Fig. 2)."""
    input:
        dataset=images_of,
    output:
        generator="<results>/gan/{model}/generator.safetensors",
        training="<results>/gan/{model}/training.h5",
        records="<results>/gan/{model}/records.jsonl",
    log:
        "<logs>/train_gan/{model}.log",
    benchmark:
        "<benchmarks>/train_gan/{model}.tsv"
    wildcard_constraints:
        model=one_of(TRAINED),
    conda:
        "../envs/environment.yaml"
    threads: threads_where_a_gpu_may_compute()
    resources:
        gpu=1,
        mem_mb=mem_of_training,
        runtime="2d",
    params:
        settings=training_settings,
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
        generator=generator_of,
    output:
        "<results>/gan/{model}/samples.h5",
    log:
        "<logs>/sample_grid/{model}.log",
    benchmark:
        "<benchmarks>/sample_grid/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: threads_where_a_gpu_may_compute()
    resources:
        gpu=1,
        mem="6GB",
        runtime="30m",
    params:
        settings=config["gan"]["grid"],
        code=science("sample_grid"),
    message:
        "Sampling {wildcards.model} at its training gain"
    script:
        "../scripts/sample_grid.py"


rule sample_gain:
    """Images and latents at one gain, the generator not retrained (Figs. 3, S7, S8, S13)."""
    input:
        generator=generator_of,
    output:
        "<results>/gan/{model}/gain~{gain}.h5",
    log:
        "<logs>/sample_gain/{model}/gain~{gain}.log",
    benchmark:
        "<benchmarks>/sample_gain/{model}/gain~{gain}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: threads_where_a_gpu_may_compute()
    resources:
        gpu=1,
        mem="6GB",
        runtime="30m",
    params:
        settings={
            name: value
            for name, value in config["sampling"].items()
            if name not in ("gains", "switched")
        },
        code=science("sample_gain"),
    message:
        "Sampling {wildcards.model} at gain {wildcards.gain}"
    script:
        "../scripts/sample_gain.py"


rule sample_switched:
    """Images along one trajectory whose gain is switched in mid-run (section 3.3)."""
    input:
        generator=generator_of,
    output:
        "<results>/gan/{model}/switched.h5",
    log:
        "<logs>/sample_switched/{model}.log",
    benchmark:
        "<benchmarks>/sample_switched/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: threads_where_a_gpu_may_compute()
    resources:
        gpu=1,
        mem="6GB",
        runtime="30m",
    params:
        settings=config["sampling"]["switched"]
        | {name: config["sampling"][name] for name in ("burn_in", "dt", "interval")},
        code=science("sample_switched"),
    message:
        "Sampling {wildcards.model} while its gain is switched"
    script:
        "../scripts/sample_switched.py"


rule measure_reference:
    """Feature moments of the held-out images of a data set, with which generated ones are compared."""
    input:
        dataset="<results>/data/{dataset}.h5",
    output:
        "<results>/data/{dataset}-reference.h5",
    log:
        "<logs>/measure_reference/{dataset}.log",
    benchmark:
        "<benchmarks>/measure_reference/{dataset}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: threads_where_a_gpu_may_compute()
    resources:
        gpu=1,
        mem="8GB",
        runtime="1h",
    params:
        settings={name: config["quality"][name] for name in ("features", "weights")},
        seed=config["seed"],
        code=science("measure_reference"),
    message:
        "Extracting the features of {wildcards.dataset}"
    script:
        "../scripts/measure_reference.py"


rule measure_quality:
    """Distances from generated to real images, and diversity, at every gain (section 3.2)."""
    input:
        gains=all_samples_of,
        reference=reference_of,
        dataset=images_of,
    output:
        "<results>/gan/{model}/quality.tsv",
    log:
        "<logs>/measure_quality/{model}.log",
    benchmark:
        "<benchmarks>/measure_quality/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: threads_where_a_gpu_may_compute()
    resources:
        gpu=1,
        mem="12GB",
        runtime="1h",
    params:
        settings=config["quality"],
        seed=config["seed"],
        code=science("measure_quality"),
    message:
        "Measuring the quality of {wildcards.model}"
    script:
        "../scripts/measure_quality.py"


rule publish_generator:
    """A trained generator in half precision, as in pretrained/."""
    input:
        generator=rules.train_gan.output.generator,
    output:
        "<results>/pretrained/{model}.safetensors",
    log:
        "<logs>/publish_generator/{model}.log",
    benchmark:
        "<benchmarks>/publish_generator/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem="1GB",
        runtime="10m",
    params:
        code=science("publish_generator"),
    message:
        "Writing {wildcards.model} in half precision"
    script:
        "../scripts/publish_generator.py"
