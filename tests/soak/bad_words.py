"""Words on the command line that must be refused."""

# command -> words behind it
CLI = {
    "list": [
        "focl",
    ],
    "run": [
        "", "cure", "lazy:x=1", "lazy --datasets=", "lazy --datasets=digts", "lazy --networks=,",
        "lazy --networks=resnet", "lazy --networks=simple_cnn:width=0", "lazy --networks=simple_cnn:wdth=4",
        "lazy --strategies=", "lazy --cases=a", "lazy --strategies=focl", "lazy --strategies=focal:gamma=-1",
        "lazy --strategies=focal:gamma=nan", "lazy --strategies=focal:gamma=1:gamma=2",
        "lazy --strategies=jtt:first_epochs=1e9", "lazy --seeds=0", "lazy --seeds=-1", "lazy --seeds=1.5",
        "lazy --seeds=99999999999999", "lazy --seeds=x", "lazy --jobs=0", "lazy --jobs=x", "lazy --epochs=0",
        "lazy --epochs=-1", "lazy --epochs=nan", "lazy --epochs=inf", "lazy --epochs=x", "lazy --batch-size=0",
        "lazy --batch-size=1.5", "lazy --learning-rate=0", "lazy --learning-rate=nan", "lazy --learning-rate=x",
        "noise:sevens=0", "noise:sevens=1.5", "noise:sevens=nan", "lazy --datasets=digits:correlation=2",
        "lazy --datasets=digits:correlation=nan", "lazy --datasets=digits:where=up",
        "lazy --datasets=digits:bias=wav", "clinic --cases=nope", "clinic --remedies=", "lazy --unknown",
    ],
    "table": [
        "cure", "--results=nowhere", "--fill=nowhere.md",
    ],
    "gate": [
        "--baseline=nowhere.json", "--results=nowhere",
    ],
    "report": [
        "--results=nowhere", "--output=nowhere/x.html",
    ],
    "data": [
        "mnst", "digits:correlation=-1", "digits --picture=a.docx",
    ],
    "probe": [
        "", "--model=nowhere.safetensors", "--model=nowhere.pt2", "--model=. --network=simple_cnn",
        "--model=pyproject.toml",
    ],
    "check": [
        "", "--model=a --strategy=erm", "--strategy=focl --data=digits", "--strategy=erm --data=digts",
        "--strategy=erm --data=digits --worst-group=2", "--strategy=erm --data=digits --worst-group=nan",
        "--strategy=erm --data=digits --epochs=0", "--strategy=erm --data=digits --seed=-1",
        "--strategy=erm --data=digits --network=simple_cn",
    ],
    "attack": [
        "", "--model=a --from=x --to=3", "--model=a.safetensors --from=7 --to=3 --images=0",
        "--model=a.safetensors --from=7 --to=3",
    ],
    "latents": [
        "", "--data=nope", "--data=room3d --variant=va", "--data=room3d --latents=0", "--data=room3d --steps=x",
        "--data=room3d --seed=-1", "--data=room3d --variant=vae:noise=-1", "--data=room3d --page=nowhere/a.html",
    ],
    "clinic": [
        "nope", "forgetting --remedy=nope", "forgetting:old=0", "forgetting:data=nope", "forgetting --seed=x",
        "forgetting:olt=3",
    ],
}  # fmt: skip
