# Every target sets up what it needs and is quick when nothing has changed.
#
# Without ROS: ROS 2 Jazzy comes as wheels into .venv, and the workspace (with compat/, the messages that
# have no wheel) is installed there too, so that every process of .venv has all of it, nothing sourced.
# With ROS 2 Jazzy sourced: .venv sees that ROS, and the workspace is installed into install/; of compat/
# only the messages of ABB's and Photoneo's drivers are built, where no sourced workspace has them.

SHELL := /bin/bash
.SHELLFLAGS := -e -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
COLCON := python -m colcon --log-base log/colcon build --symlink-install --merge-install \
	--event-handlers console_cohesion+

ABB := compat/abb_robot_msgs compat/abb_rapid_sm_addin_msgs
PHOXI := compat/phoxi_camera_msgs
# $(call unless_sourced,PACKAGE,FOLDERS): the folders, unless a sourced workspace has the package.
unless_sourced = $(if $(wildcard $(subst :,/share/$1 ,$(AMENT_PREFIX_PATH):)),,$2)

ifdef ROS_DISTRO
ifneq ($(ROS_DISTRO),jazzy)
$(error ROS $(ROS_DISTRO) is sourced; this workspace is made for jazzy)
endif
SETUP := jazzy
# numpy 1.26 by itself: cmeel-boost, below coal and pin, asks for 2.0, but runs with it.
ROS_REQUIREMENTS :=
ALONE := requirements/ros_installed.txt
VENV_OPTIONS := --system-site-packages
# Not released for jazzy; a workspace with the driver, sourced before, has them.
PACKAGES := src $(call unless_sourced,abb_robot_msgs,$(ABB)) \
	$(call unless_sourced,phoxi_camera_msgs,$(PHOXI))
BUILD := $(COLCON) --base-paths $(PACKAGES)
RUN := . $(VENV)/bin/activate && . install/local_setup.bash &&
else
SETUP := wheels
ROS_REQUIREMENTS := requirements/ros.txt
ALONE :=
VENV_OPTIONS :=
PACKAGES := src compat/tf2_msgs compat/control_msgs $(ABB) $(PHOXI)
BUILD := AMENT_PREFIX_PATH=$(CURDIR)/$(VENV) CMAKE_PREFIX_PATH=$(CURDIR)/$(VENV) \
	$(COLCON) --install-base $(VENV) --base-paths $(PACKAGES) \
	--cmake-args -DCMAKE_PROJECT_INCLUDE=$(CURDIR)/compat/ros_wheels.cmake && \
	python scripts/link_packages.py src build
RUN := . $(VENV)/bin/activate &&
endif

# One stamp per finished step. A change to the other set-up finds none and starts afresh.
DONE := $(VENV)/done/$(SETUP)
BUILD_REQUIREMENTS := requirements/build.txt $(ROS_REQUIREMENTS)
REQUIREMENTS := $(BUILD_REQUIREMENTS) requirements/runtime.txt requirements/sim.txt \
	requirements/planning.txt requirements/learning.txt requirements/dev.txt requirements/docs.txt
# Installed last and without what they depend on; of these packages only the meshes are used.
ALONE += requirements/sim_test_objects.txt

# What a build depends on: interfaces and packaging, and the files that grasp_perception installs.
# Python modules are linked, so an edit of one needs no build.
INTERFACES := $(shell find $(PACKAGES) -name '*.msg' -o -name '*.srv' -o -name '*.action' \
	-o -name CMakeLists.txt -o -name package.xml -o -name 'setup.*')
INSTALLED := $(shell find launch config -type f -not -name '*.pyc')

.PHONY: help demo test check bench bench-clutter bench-plan train docs clean setup

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## /  \1\t/'

# A simulated robot, yumi or diana7; one seed is one bin.
ROBOT ?= yumi
SEED ?= 0

demo: setup  ## a simulated robot empties a bin through ROS; ROBOT=yumi or diana7; results in out/demo
	@$(RUN) grasp demo --robot $(ROBOT) --seed $(SEED)

test: check  ## check, then all tests with their coverage
	@$(RUN) python -m pytest -n auto --maxprocesses 4 --cov

check: setup  ## ruff and mypy
	@$(RUN) ruff check . && ruff format --check . && mypy

bench: setup  ## measure the latency; results in docs/results/ and docs/benchmarks.md
	@$(RUN) grasp bench latency

bench-clutter: setup  ## empty simulated scenes with every detector (hours); report in out/
	@$(RUN) grasp bench clutter

bench-plan: setup  ## plan for grasps in a bin with both robots (minutes); results in docs/results/
	@$(RUN) grasp bench plan

# Sizes of the networks; "full" is for a GPU.
PRESET ?= cpu

train: setup  ## data, networks and model files from nothing (a day on two cores); in out/train/
	@$(RUN) scripts/train_networks $(PRESET)

docs: setup  ## the documentation site, in out/site
	@$(RUN) NO_MKDOCS_2_WARNING=1 mkdocs build

clean:  ## remove the set-up and everything built
	rm -rf $(VENV) build install log .mypy_cache .ruff_cache .pytest_cache .coverage .coverage.*

setup: $(DONE)/workspace  ## only set up

$(DONE)/venv:
	@scripts/step system "Checking the system packages" scripts/system_packages $(PYTHON)
	@rm -rf build install
	@scripts/step venv "Making $(VENV)" $(PYTHON) -m venv --clear $(VENV_OPTIONS) $(VENV)
	@mkdir -p $(DONE) && touch $@

$(DONE)/requirements: $(REQUIREMENTS) $(ALONE) | $(DONE)/venv
	@scripts/step requirements "Installing the pinned requirements (minutes the first time)" \
		$(SHELL) -e -c '$(VENV)/bin/python -m pip install --no-input $(REQUIREMENTS:%=-r %) && \
			$(VENV)/bin/python -m pip install --no-input --no-deps $(ALONE:%=-r %)'
	@touch $@

$(DONE)/workspace: $(INTERFACES) $(INSTALLED) compat/ros_wheels.cmake scripts/link_packages.py \
		$(BUILD_REQUIREMENTS) | $(DONE)/requirements
	@scripts/step workspace "Building the workspace" \
		$(SHELL) -e -c '. $(VENV)/bin/activate && $(BUILD)'
	@touch $@
