// SPDX-License-Identifier: MIT
#include <ekiden/app.hpp>
#include <ekiden/dash_cytoscape.hpp>

using namespace ekiden;

EKIDEN_APP(app) { app.layout(cyto::Cytoscape().id("graph").zoomingEnabled(false)); }
