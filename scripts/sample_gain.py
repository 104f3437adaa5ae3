"""Sample images from a trained generator at one gain (Fig. 3)."""

from stage import device_of, stage

from chaos_sampling import store
from chaos_sampling.gan.generators import load_generator
from chaos_sampling.gan.sampling import sample_gain

with stage(snakemake) as provenance:
    device = device_of(snakemake)
    model = load_generator(snakemake.input.generator, device)
    seed = model.attributes["seed"]
    gain = float(snakemake.wildcards.gain)
    dataset = sample_gain(model, gain=gain, **snakemake.params.settings, seed=seed)
    provenance |= {"seed": seed, "device": device.type}
    store.save(dataset, snakemake.output[0], provenance)
