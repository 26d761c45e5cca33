#!/usr/bin/env python3
"""The peer of parse_benchmark: json.loads and a walk over the fields that a CrashReport keeps.

parse_peer.py LIST    reads the files that LIST names, one a line; prints seconds of one core
                      and what was found
"""
import json
import sys
import time

TOP = ("incident", "pid", "procName", "procPath", "parentProc", "parentPid", "cpuType", "translated", "modelCode",
       "osVersion", "captureTime", "procLaunch", "procStartAbsTime", "procExitAbsTime", "exception", "termination",
       "asi", "faultingThread", "vmRegionInfo", "vmSummary", "sharedCache", "legacyInfo", "extMods")
WRAP = (1 << 64) - 1


def walk_register(register):
    register.get("symbol")
    register.get("symbolLocation")
    register.get("objc-selector")
    register.get("description")
    register.get("matchesCrashFrame")
    return register.get("value", 0)


def walk(body, found):
    for key in TOP:
        body.get(key)
    threads = body.get("threads", ())
    found[0] += len(threads)
    for thread in threads:
        thread.get("id")
        thread.get("name")
        thread.get("queue")
        thread.get("triggered")
        frames = thread.get("frames", ())
        found[1] += len(frames)
        for frame in frames:
            frame.get("imageIndex")
            frame.get("symbol")
            frame.get("symbolLocation")
            frame.get("sourceFile")
            frame.get("sourceLine")
            frame.get("inline")
            found[2] += frame.get("imageOffset", 0)
        for key, value in thread.get("threadState", {}).items():
            if key == "x":
                for register in value:
                    found[3] += walk_register(register)
            elif key == "rosetta":
                for register in value.values():
                    found[3] += walk_register(register)
            elif key != "flavor":
                found[3] += walk_register(value)
    images = body.get("usedImages", ())
    found[4] += len(images)
    for image in images:
        image.get("source")
        image.get("arch")
        image.get("size")
        image.get("uuid")
        image.get("path")
        image.get("name")
        image.get("CFBundleIdentifier")
        image.get("CFBundleShortVersionString")
        image.get("CFBundleVersion")
        found[5] += image.get("base", 0)


def main():
    found = [0] * 6
    seconds = 0.0
    with open(sys.argv[1], encoding="utf-8") as names:
        files = names.read().splitlines()
    for name in files:
        with open(name, "rb") as file:
            data = file.read()
        begin = time.process_time()
        header, _, rest = data.partition(b"\n")
        json.loads(header)
        walk(json.loads(rest), found)
        seconds += time.process_time() - begin
    print(seconds, *(number & WRAP for number in found))


main()
