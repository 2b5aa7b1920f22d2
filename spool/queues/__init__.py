"""Print queues: the folder queue (a virtual press, always there) and CUPS (optional).

A queue is anything with this shape; the application declares the Protocol:

    name: str
    bookmark() -> str                            call before `submit` and record it with the intent
    submit(job: PrintJob) -> JobReport           QueueRefused: surely not taken. QueueUncertain: perhaps taken
    find(key: str, bookmark: str) -> JobReport   ABSENT only if the queue can vouch for it, else VANISHED
    report(key: str, bookmark: str) -> JobReport like `find`, cheaper

`submit` of a key that the queue already has submits nothing and reports the job that is there.
"""
